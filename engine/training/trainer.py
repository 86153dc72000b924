"""Cross-validation in about the time of one fit: all folds and repeats of a trial train in lockstep.

The replicas of a trial form groups that compute as one: a single group of all (``fused``), or groups of one
(``fold_by_fold``, the reference). Both run the same graphs from the same initial weights, batch orders and dropout
masks, and give the same scores within float tolerance (a test). After every epoch the scores of all folds are reported,
so that a pruner judges k-fold means. Which epoch a replica keeps is chosen by the other folds, see
`engine.statistics.epochs`; a replica leaves its group when neither its own epoch nor one that it helps to choose is
open.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...storage.records import FailureKind
from ..domain.errors import CupelError
from ..domain.metrics import METRICS
from ..domain.params import Params, name_in, number_in
from ..families.registry import build_network
from ..networks.inputs import Inputs
from ..networks.network import Network
from ..statistics.epochs import EpochChoice
from ..tf import Tensor, tf
from .augmentation import STRENGTHS
from .batches import batch_order, row_lengths
from .checkpoint import load_checkpoint, save_checkpoint
from .curves import CURVE_NAMES
from .graphs import HYPER, GraphKey, State, epoch_graph, predict_graph
from .losses import loss_name, to_predictions
from .optimizers import DEFAULTS, OPTIMIZERS
from .problem import Problem
from .quantizing import Quantizer
from .replicas import BestEpochs, ReplicaGroup, Snapshot, from_arrays, make_groups, to_arrays
from .reports import EpochReport, Observer
from .schedules import epoch_factors, learning_rates
from .sparsity import Sparsifier
from .teaching import TEACHER, teacher_input

# In the rows that one replica predicts at once.
_PREDICT_NUMBERS = 1_000_000


class Diverged(CupelError, ArithmeticError):  # noqa: N818 - named after FailureKind.DIVERGED
    """The loss became NaN or infinite."""

    kind = FailureKind.DIVERGED


@dataclass(frozen=True, slots=True)
class TrainSpec:
    """How a trial trains.

    Attributes
    ----------
    family : str
    params : mapping
        Hyperparameters of network, optimizer and preprocessing.
    metric : str
    max_epochs : int
        Length of the learning-rate schedule, in epochs.
    stop_epoch : int or None
        Train only so many epochs of it (a final fit); None: all.
    patience : int or None
        Epochs without a better mean of the other folds until a replica's epoch is settled; None: never.
    seed : int
    fused : bool
    window_bytes : int or None
        The rows stay on the host, mostly in a mapped file, and reach the device in windows of so many bytes; None: all
        are on the device.
    """

    family: str
    params: Params
    metric: str
    max_epochs: int
    seed: int
    patience: int | None = 16
    stop_epoch: int | None = None
    fused: bool = True
    window_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training gave.

    Attributes
    ----------
    network : Network
    weights, stats : ndarrays of shape (R, P) and (R, S), float32
        Of the epoch that each replica keeps.
    predictions : tuple of R float64 arrays
        Of the validation rows, at that epoch: probabilities (n_valid, n_classes) or values (n_valid,).
    curves : ndarray of shape (R, n_epochs, 3), float32
    best_epochs : ndarray of shape (R,), int64
        The epochs kept, 0-based: those at which the other folds were best.
    best_scores : ndarray of shape (R,), float64
        Each replica's own score at that epoch; NaN without validation rows.
    """

    network: Network
    weights: NDArray[np.float32]
    stats: NDArray[np.float32]
    predictions: tuple[NDArray[np.float64], ...]
    curves: NDArray[np.float32]
    best_epochs: NDArray[np.int64]
    best_scores: NDArray[np.float64]


class Trainer:
    """Trains the R replicas of one trial.

    Parameters
    ----------
    problem : Problem
    spec : TrainSpec
    checkpoint : Path or None
        Where to keep a state to go on from after a crash; one that is there is taken up.
    checkpoint_every_s : float
    start : tuple of ndarrays, optional
        Weights (R, P) and stats (R, S) to go on from, in place of random ones.
    sparsifier : Sparsifier, optional
        Says before every epoch which weights stay 0.
    quantizer : Quantizer, optional
        The networks are trained as they compute once it has rounded them, and the result is rounded.
    teacher : ndarray of shape (R, n, K), float32, optional
        Outputs of a larger network for the problem's rows; those of a replica's training rows are used, see `teaching`.
    """

    def __init__(
        self,
        problem: Problem,
        spec: TrainSpec,
        checkpoint: Path | None = None,
        checkpoint_every_s: float = 20.0,
        *,
        start: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None,
        sparsifier: Sparsifier | None = None,
        quantizer: Quantizer | None = None,
        teacher: NDArray[np.float32] | None = None,
    ) -> None:
        if teacher is not None:
            known = teacher_input(teacher, problem.train)
            problem = dataclasses.replace(problem, inputs={**problem.inputs, TEACHER.name: known})
        self.problem, self.spec = problem, spec
        self.network = build_network(spec.family, spec.params, problem.shape)
        self._metric = METRICS[spec.metric]
        self._loss = loss_name(problem.task, spec.params)
        self._checkpoint, self._checkpoint_every_s = checkpoint, checkpoint_every_s
        self._first, self._sparsifier, self._quantizer = start, sparsifier, quantizer
        n_train = max(len(rows) for rows in problem.train)
        batch = min(int(number_in(spec.params, "batch_size", 64)), n_train)
        self._n_steps = -(-n_train // batch)
        self._lengths = row_lengths(problem)
        # Batches of one size: no small last one.
        self._batch = -(-n_train // self._n_steps)
        self._weight_shapes = tf.constant(self.network.weights.shapes())
        self._stat_shapes = tf.constant(self.network.stats.shapes())
        self._rate_factors = tf.constant([w.rate for w in self.network.weights.weights])
        self._hyper, self._rates = self._hyperparameters()
        self._key = GraphKey(
            self.network.structure,
            self._optimizer,
            self._loss,
            clips=bool(spec.params.get("clip_norm")),
            is_sparse=sparsifier is not None,
            augments=any(tensor.is_image for tensor in self.network.shape.tensors)
            and any(number_in(spec.params, s, 0.0) for s in STRENGTHS),
            is_taught=teacher is not None,
            rounding=quantizer.rounding if quantizer else None,
        )

    def run(self, observer: Observer | None = None) -> TrainResult:
        """Train to the end, or until every replica has stopped.

        Raises
        ------
        TrainingStopped
            If the observer raised it. A training that goes on from a checkpoint tells it the epochs before first.
        Diverged
            If a loss became NaN or infinite.
        """
        n_epochs = min(self.spec.stop_epoch or self.spec.max_epochs, self.spec.max_epochs)
        curves = np.full((self.problem.n_replicas, n_epochs, len(CURVE_NAMES)), np.nan, np.float32)
        self._began, self._told_s = time.monotonic(), 0.0
        groups, best, start = self._start(curves)
        if observer:
            # Whoever watches may have died with the training before.
            for epoch in range(start):
                self._report(observer, epoch, curves)
        save = _Every(self._checkpoint_every_s)
        for epoch in range(start, n_epochs):
            if not groups:
                curves = curves[:, :epoch]
                break
            for group in groups:
                self._train_epoch(group, epoch, curves)
            self._validate(groups, epoch, curves, best)
            if observer and not self._report(observer, epoch, curves):
                curves = curves[:, : epoch + 1]
                break
            groups = _running(groups, best)
            if save.is_due():
                self._save(groups, best, curves, epoch + 1)
        return self._result(curves, best)

    def _report(self, observer: Observer, epoch: int, curves: NDArray[np.float32]) -> bool:
        """Tell of an epoch; what the observer takes, a pause for instance, is not counted as work."""
        began = time.monotonic()
        goes_on = observer(EpochReport(epoch, curves[:, epoch], self._earlier_s))
        self._told_s += time.monotonic() - began
        return goes_on

    # -- parts of an epoch ------------------------------------------------------------------------------------------

    def _train_epoch(self, group: ReplicaGroup, epoch: int, curves: NDArray[np.float32]) -> None:
        order = np.stack([self.epoch_order(r, epoch) for r in group.replicas], axis=1)
        rates = self._rates[epoch * self._n_steps : (epoch + 1) * self._n_steps]
        kept = tf.zeros((1, 1))
        if self._sparsifier is not None:
            kept = tf.constant(self._sparsifier.kept(epoch, group.state.weights.numpy()))
            group.state = group.state._replace(weights=group.state.weights * kept)
        losses = np.zeros(len(group.replicas), np.float32)
        for window in group.rows.windows(order):
            n_steps = len(window.order)
            # A graph counts its steps from 0; its random numbers follow the step of the epoch.
            seed = tf.constant([(self.spec.seed + window.first) & 0x7FFFFFFF, epoch << 12], tf.int32)
            group.state, mean_losses = epoch_graph(self._key)(
                group.state, window.data, window.order, tf.constant(rates[window.first : window.first + n_steps]),
                tf.constant(self._hyper[epoch]), self._rate_factors, kept, self._weight_shapes, self._stat_shapes, seed,
            )  # fmt: skip
            losses += mean_losses.numpy() * (n_steps / len(order))
        if not np.isfinite(losses).all():
            raise Diverged(
                "Training diverged: the loss became {loss} in epoch {epoch}; lower learning rates or another"
                " scaling usually help.",
                loss=float(losses[~np.isfinite(losses)][0]),
                epoch=epoch + 1,
            )
        curves[group.replicas, epoch, 0] = losses

    def epoch_order(self, replica: int, epoch: int) -> NDArray[np.int32]:
        """Return the rows of each batch of a replica in an epoch, (steps, batch); decided by the seed alone."""
        seed = (self.spec.seed, replica, epoch)
        return batch_order(self.problem.train[replica], self._n_steps, self._batch, self._lengths, seed)

    def _validate(
        self, groups: list[ReplicaGroup], epoch: int, curves: NDArray[np.float32], best: BestEpochs
    ) -> None:
        """Score the epoch on all validation rows, and keep it for the replicas whose voters say so."""
        kept: list[tuple[ReplicaGroup, Tensor, NDArray[np.float32] | None]] = []
        for group in groups:
            weights = group.state.weights
            if self._quantizer is not None:
                weights = tf.constant(self._quantizer.rounded(weights.numpy()))
            outputs = None
            if len(self.problem.valid[int(group.replicas[0])]):
                outputs = self._outputs(group, weights)
                self._score(group, outputs, epoch, curves)
            kept.append((group, weights, outputs))
        # Not as sparse as was asked: the epoch does not count.
        counts = self._sparsifier is None or epoch + 1 >= self._sparsifier.n_ramp
        keeps = best.choice.take(curves[:, epoch, 2], curves[:, epoch, 1], counts=counts)
        for group, weights, outputs in kept:
            for place, r in enumerate(int(r) for r in group.replicas):
                if outputs is None:
                    # A final fit: the last epoch is the one.
                    best.choice.epochs[r] = epoch
                elif keeps[r]:
                    best.outputs[r] = outputs[place][: len(self.problem.valid[r])]
                else:
                    continue
                best.weights[r], best.stats[r] = weights[place], group.state.stats[place]

    def _score(
        self, group: ReplicaGroup, outputs: NDArray[np.float32], epoch: int, curves: NDArray[np.float32]
    ) -> None:
        for place, r in enumerate(int(r) for r in group.replicas):
            y = self.problem.y[self.problem.valid[r]]
            predictions = to_predictions(self.problem.task, outputs[place][: len(y)])
            loss = self._valid_loss(r, predictions)
            if not np.isfinite(loss):
                raise Diverged(
                    "Training diverged: the validation loss became {loss} in epoch {epoch}; lower learning rates or"
                    " another scaling usually help.",
                    loss=float(loss),
                    epoch=epoch + 1,
                )
            curves[r, epoch, 1:] = loss, self._metric(y, self.problem.unscaled(r, predictions))

    def _outputs(self, group: ReplicaGroup, weights: Tensor) -> NDArray[np.float32]:
        """Return the outputs of the validation rows, (G, n_valid, K), short folds padded with their first row."""
        n_valid = max(len(self.problem.valid[r]) for r in group.replicas)
        rows = np.stack([np.resize(self.problem.valid[r], n_valid) for r in group.replicas])
        predict = predict_graph(self._key.structure)
        n_rows = predict_rows(self.network)
        parts: list[NDArray[np.float32]] = []
        for start in range(0, n_valid, n_rows):
            known = group.rows.inputs(rows[:, start : start + n_rows])
            inputs = {tensor.name: known[tensor.name] for tensor in self._key.structure.tensors}
            outputs = predict(weights, group.state.stats, inputs, self._weight_shapes, self._stat_shapes)
            parts.append(outputs.numpy())
        return np.concatenate(parts, axis=1)

    def _valid_loss(self, replica: int, predictions: NDArray[np.float64]) -> float:
        y = self.problem.y[self.problem.valid[replica]]
        if self.problem.task != "regression":
            return METRICS["log_loss"](y, predictions)
        scaled = (y - self.problem.target_mean[replica]) / self.problem.target_scale[replica]
        return METRICS["mse"](scaled, predictions)

    # -- start, checkpoints and end ---------------------------------------------------------------------------------

    def _hyperparameters(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the numbers of `HYPER` in every epoch, and the learning rate of every step."""
        params = self.spec.params
        self._optimizer = str(params.get("optimizer", "adamw"))
        values = {**DEFAULTS[self._optimizer], **params}
        hyper = np.array([number_in(values, name, 0.0) for name in HYPER], np.float32)
        factors = [epoch_factors(name_in(params, f"{name}_schedule"), self.spec.max_epochs) for name in HYPER]
        rates = learning_rates(
            str(params.get("schedule", "constant")),
            number_in(params, "learning_rate", 1e-3),
            self.spec.max_epochs * self._n_steps,
            number_in(params, "warmup", 0.0),
        )
        return (hyper * np.stack(factors, axis=1)).astype(np.float32, copy=False), rates

    def _start(self, curves: NDArray[np.float32]) -> tuple[list[ReplicaGroup], BestEpochs, int]:
        n = self.problem.n_replicas
        weights, stats = self._first or (
            self.network.weights.initial([_seed(self.spec.seed, r) for r in range(n)]),
            self.network.stats.initial([0] * n),
        )
        slots = tuple(np.zeros_like(weights) for _ in range(OPTIMIZERS[self._optimizer].n_slots))
        choice = EpochChoice.begin(
            self.problem.voters, direction=self._metric.direction, patience=self.spec.patience
        )
        start = Snapshot(
            np.arange(n),
            State(weights, stats, slots, np.zeros((), np.float32)),
            BestEpochs.nothing(choice, weights, stats),
            curves[:, :0],
        )
        saved = load_checkpoint(self._checkpoint) if self._checkpoint else None
        self._earlier_s = 0.0
        # Older versions wrote no votes, and kept other epochs: such a trial starts anew.
        if saved is not None and "votes" in saved:
            start = from_arrays(saved, len(slots), choice)
            self._earlier_s = float(saved.get("busy_s", 0.0))
        n_done = start.curves.shape[1]
        curves[:, :n_done] = start.curves
        balanced = self.spec.params.get("class_weight") == "balanced"
        groups = make_groups(
            self.problem, start.replicas, start.state, fused=self.spec.fused, balanced=balanced,
            window_bytes=self.spec.window_bytes,
        )  # fmt: skip
        return groups, start.best, n_done

    def _save(
        self, groups: list[ReplicaGroup], best: BestEpochs, curves: NDArray[np.float32], epoch: int
    ) -> None:
        if self._checkpoint and groups:
            busy_s = self._earlier_s + time.monotonic() - self._began - self._told_s
            save_checkpoint(
                self._checkpoint, to_arrays(groups, best, curves[:, :epoch]) | {"busy_s": np.array(busy_s)}
            )

    def _result(self, curves: NDArray[np.float32], best: BestEpochs) -> TrainResult:
        predictions = tuple(
            self.problem.unscaled(r, to_predictions(self.problem.task, output))
            for r, output in enumerate(best.outputs)
        )
        epochs = best.choice.epochs
        scores = curves[np.arange(len(epochs)), epochs, 2].astype(np.float64)
        return TrainResult(self.network, best.weights, best.stats, predictions, curves, epochs, scores)


def _running(groups: list[ReplicaGroup], best: BestEpochs) -> list[ReplicaGroup]:
    """Return the groups without the replicas that nobody needs any more."""
    is_needed = best.choice.is_needed()
    running: list[ReplicaGroup] = []
    for group in groups:
        places = np.flatnonzero(is_needed[group.replicas])
        if len(places) == len(group.replicas):
            running.append(group)
        elif len(places):
            running.append(group.keep(places))
    return running


def _seed(seed: int, replica: int) -> int:
    return int(np.random.SeedSequence((seed, replica)).generate_state(1)[0])


class _Every:
    """Says when a number of seconds has passed."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, time.monotonic()

    def is_due(self) -> bool:
        now = time.monotonic()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True


def predict_rows(network: Network) -> int:
    """Return how many rows a replica predicts at once, so that what lies between the layers stays small."""
    return min(max(_PREDICT_NUMBERS // max(network.shape.row_size, network.n_held, 1), 64), 16_384)


def predict(
    network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32], inputs: Inputs
) -> NDArray[np.float32]:
    """Return the outputs (R, n, K) of R replicas, each on its own rows (R, n, *row)."""
    graph = predict_graph(network.structure)
    n_rows, n = predict_rows(network), next(iter(inputs.values())).shape[1]
    shapes = tf.constant(network.weights.shapes()), tf.constant(network.stats.shapes())
    parts = [
        graph(weights, stats, {k: x[:, i : i + n_rows] for k, x in inputs.items()}, *shapes).numpy()
        for i in range(0, max(n, 1), n_rows)
    ]
    return np.concatenate(parts, axis=1)
