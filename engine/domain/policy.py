"""What the engine of a study decides by: every number that it waits, gives up or keeps back by, with its reason.

Pure: facts go in, decisions come out; nothing here asks a clock or a process. Times that depend on how fast the machine
is now are told in starts, in the time that a process needs here and now to import TensorFlow (see `Budget`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto


class Silence(Enum):
    """What the silence of a trial means."""

    FINE = auto()
    """As long as epochs may take."""
    DOUBTFUL = auto()
    """It hangs, unless its worker computes."""
    TOO_LONG = auto()
    """It hangs, whatever its worker does."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers, and what follows from them. `POLICY` is what engines use; tests use others."""

    # -- the engine's rhythm ----------------------------------------------------------------------------------------

    poll_s: float = 0.25
    """The engine waits so long for news before it looks after clocks and wishes again: below what a person feels, and
    four rounds a second cost nothing."""
    wishes_s: float = 0.2
    """What the user wants is read at most this often: a read takes milliseconds, and many short trials make many
    rounds."""
    heartbeat_s: float = 2.0
    """An engine writes that it lives this often. Viewers doubt after 30 s (`STALE_AFTER_S`): a busy machine may miss a
    dozen."""
    save_s: float = 0.5
    """Curves of a running trial are committed at most this often: charts move smoothly, and a commit of many workers
    does not hold up the engine."""
    queue_s: float = 0.5
    """A study that waits for another looks this often whether it is its turn."""

    # -- trials that hang -------------------------------------------------------------------------------------------

    hang_s: float = 300.0
    """No trial is taken for hung before: in its first epoch a network's graphs are traced, and a machine may be busy or
    asleep. Nobody loses more than these five minutes."""
    hang_factor: float = 10.0
    """And none before so many times its longest silence so far: epochs of one trial are alike, but other programs may
    take most of the machine."""
    watch_share: float = 0.2
    """Of the time that a trial may be silent: so long its worker is watched before it is said not to compute, as a
    moment's wait for the disk is none."""
    compute_share: float = 0.05
    """Of a processor's time, from which on a worker computes: one that only waits takes about a hundredth."""
    most_silence: float = 10.0
    """Times the silence suffered, after which a trial is killed although its worker computes: an endless loop computes,
    too."""

    # -- ends -------------------------------------------------------------------------------------------------------

    stop_grace_s: float = 8.0
    """For an epoch to end when the user stops the study: a person waits for it. What is killed goes on from its
    checkpoint when the study is resumed."""
    grace_starts: float = 0.4
    """For a worker to answer with what its trial has, once the time is over and its epoch should be: the message is
    small, but the machine may be busy."""
    least_grace_s: float = 1.0
    """However little of the time that may be overrun is left."""
    most_failures: int = 5
    """Failed trials in a row, with nothing complete, after which the search itself is wrong, not its parameters."""
    most_lost: int = 3
    """Times that every worker may die in a row before one gets warm: a process may be killed by chance or for memory,
    hardly three times in a row."""
    worker_waits_s: tuple[float, ...] = (2.0, 10.0, 30.0, 60.0)
    """Between attempts to start workers: what else keeps the machine busy may be over after so long. Then the study is
    paused, as a machine without room for a worker is no fault of the search."""
    no_worker_s: float = 180.0
    """Without any worker that could take up what the end of a search has to do: many times what a worker takes to start
    (see `start_s`), also on a busy machine."""
    final_wait_s: float = 60.0
    """A final model that takes longer, twice as long as foretold, and longer than `final_trials` trials, hangs; so do
    further repeats. Very short trials foretell nothing: importing and tracing take longer."""
    final_trials: float = 20.0
    """Further repeats cost about two trials, a final model at most seven (five outer folds, the fold networks anew, a
    refit): three times that, on a machine that has become busy."""
    growth_bytes: int = 2 << 30
    """A worker that has grown by so much since its first trial is replaced between two trials: TensorFlow gives memory
    back to nobody (tensorflow#80753), and a start takes seconds that not every trial should pay."""
    growth_fraction: float = 0.5
    """Of its memory limit, at which it is replaced in any case: the next trial may need as much again."""

    # -- memory -----------------------------------------------------------------------------------------------------

    memory_fraction: float = 0.8
    """Of what is free when the study starts, shared out among the workers; the rest is for the engine, the export and
    what the user does meanwhile."""
    worker_bytes: int = 1 << 30
    """That a worker needs at least: TensorFlow alone takes most of it."""

    # -- proposals --------------------------------------------------------------------------------------------------

    most_ruled_out: int = 200
    """Proposals in a row that limits ruled out: hardly anything in the space is within them, and each takes a moment of
    a worker."""
    most_copies: int = 25
    """Proposals in a row that were tried before: the space is exhausted."""
    n_kept: int = 5
    """Trials, the best ones, whose fold networks stay on the disk: as many as there are finalists at most. Any other
    trial's come out again by training it again."""

    # -- what the end needs of a time budget ------------------------------------------------------------------------

    start_s: float = 4.5
    """Of a process that imports TensorFlow, until one has been measured: about what two cores take."""
    export_starts: float = 1.3
    """For conversion and certificate, by processes that are ready."""
    prepare_starts: float = 2.0
    """Until these processes are ready: they are several, and the workers work meanwhile."""
    lead_starts: float = 1.0
    """So much earlier they are started, to know in time how long they took."""
    final_starts: float = 0.8
    """For the final model, holdout scores, the result, closing down."""
    closing_starts: float = 0.13
    """What is left of that where there is no network."""
    evidence_fraction: float = 0.2
    """Of a time budget, at most, for repeats of the finalists and the choice of the final model: the search itself is
    what was asked for."""
    evidence_least: float = 1.0
    """In typical trials: with less time than for one there is no evidence, and none is kept back."""
    evidence_most: float = 8.0
    """In typical trials: two finalists with two repeats each, and four outer folds; more time gives to the search."""
    repeats_share: float = 0.5
    """Of the time for evidence, for the finalists' further repeats; the rest is for the choice of the final model."""
    least_fraction: float = 0.2
    """Of a typical trial: with less time left none is started, as it would be cut short too early to say much."""
    baseline_fraction: float = 0.25
    """Of the time budget, that one baseline may take: there are three, and they are not what was asked for."""
    baseline_s: float = 5.0
    """And at least: the linear model takes a second on 20,000 rows."""
    baseline_starts: float = 1.5
    """And at least, on a machine so busy that a process takes long to start: the first baseline of a worker imports
    scikit-learn, a quarter of a start, and killing it costs a whole one."""
    trees_share: float = 0.7
    """Of the time that a baseline may take: then trees end with what they have, and the rest is for scoring."""
    brief_s: float = 1.0
    """A baseline this quick is scored on the holdout before anything else: nobody waits for it."""
    short_starts: float = 5.0
    """With less time than this to search, the first network is small: there has to be one."""
    epochs_a_start: float = 15.0
    """Of a small network on a small table: the first trial of a short search is planned with it."""
    least_epochs: int = 10
    """Of such a trial: with fewer a network has hardly begun."""
    most_overrun: float = 1.05
    """Of the time budget: an export that would end later is left out, and can be made at any time; a cheap baseline
    that still runs then is killed."""

    # -- what the end needs of work, where no time is limited --------------------------------------------------------

    n_repeats: int = 3
    """Repeats of the folds, in all, that finalists are judged on: two thirds of a finalist's folds are then such as the
    search never saw."""
    trials_a_finalist: int = 4
    """Complete trials for each finalist: of few trials the best is the best."""
    repeats_work: float = 0.5
    """Of the training work of the search, at most, for further repeats of all finalists but the first, which the
    evidence needs. A search that is limited by trials alone has no clock, so its end is bounded by work, which is the
    same on every machine. The best trials are larger than most and were never pruned, so that two repeats of five of
    them can cost more than the search did; half lets five trials of usual size in fifty be finalists. They are several
    tasks, so that the user waits for them half as long as for the search."""
    choice_work: float = 0.25
    """Of the training work of the search for each worker, at most, for the choice of the final model: it is one task
    that the other workers wait for, so that it takes a quarter of the time of the search."""
    free_parameters: int = 100_000
    """Weights of a network of which the cost of an epoch is told by its steps rather than by its weights. Of 46 trials
    of MLP, RealMLP and TabM on three tables, the logarithm of their seconds varied around that of the work by 0.57
    with this, by 1.13 without, by 0.70 where epochs alone were counted."""
    least_outer: int = 2
    """Outer folds of the choice of the final model at least: one fold says nothing of the spread."""
    most_outer: int = 5
    """And at most, as many as there usually are; and no more than half of the complete trials."""

    # -- decisions --------------------------------------------------------------------------------------------------

    def silence_limit_s(self, longest_s: float) -> float:
        """Return how long a trial may be silent whose longest silence so far was `longest_s`.

        Parameters
        ----------
        longest_s : float
            The longest silence so far, in seconds.

        Returns
        -------
        float
            Seconds.
        """
        return max(self.hang_s, self.hang_factor * longest_s)

    def judge_silence(self, silence_s: float, longest_s: float) -> Silence:
        """Return what it means that a trial has been silent for `silence_s`.

        Parameters
        ----------
        silence_s, longest_s : float
            The present silence and the longest one before it, in seconds.

        Returns
        -------
        Silence
        """
        limit_s = self.silence_limit_s(longest_s)
        if silence_s <= limit_s:
            return Silence.FINE
        return Silence.DOUBTFUL if silence_s < self.most_silence * limit_s else Silence.TOO_LONG

    def watch_s(self, longest_s: float) -> float:
        """Return for how long the worker of such a trial is watched before it is said not to compute.

        Parameters
        ----------
        longest_s : float
            The longest silence so far, in seconds.

        Returns
        -------
        float
            Seconds.
        """
        return self.watch_share * self.silence_limit_s(longest_s)

    def final_limit_s(self, foretold_s: float, trial_s: float) -> float:
        """Return after how long a task at the end of a search hangs.

        Parameters
        ----------
        foretold_s : float
            What it may take; infinite where it has no limit.
        trial_s : float
            What the trial took that it is about.

        Returns
        -------
        float
            Seconds.
        """
        foretold = foretold_s if math.isfinite(foretold_s) else 0.0
        return max(self.final_wait_s, 2.0 * foretold, self.final_trials * trial_s)

    def has_grown(self, peak_bytes: int, first_bytes: int, limit_bytes: int) -> bool:
        """Whether a worker is to be replaced whose first trial took `first_bytes` and whose last one `peak_bytes`.

        Parameters
        ----------
        peak_bytes, first_bytes : int
            Of its last and of its first trial.
        limit_bytes : int
            That a worker may take.

        Returns
        -------
        bool
        """
        return peak_bytes > min(self.growth_fraction * limit_bytes, first_bytes + self.growth_bytes)

    def is_hopeless(self, n_failed: int, *, has_network: bool) -> bool:
        """Whether a search is to be ended of which the last `n_failed` trials failed.

        Parameters
        ----------
        n_failed : int
            Trials in a row.
        has_network : bool
            Whether a trial was complete before.

        Returns
        -------
        bool
        """
        return n_failed >= self.most_failures and not has_network

    def never_starts(self, n_lost: int, n_workers: int) -> bool:
        """Whether workers are given up of which `n_lost` died in a row before one was ready.

        Parameters
        ----------
        n_lost : int
            Workers that died in a row before one was ready.
        n_workers : int

        Returns
        -------
        bool
        """
        return n_lost >= self.most_lost * n_workers

    def work(self, n_epochs: int, n_parameters: float) -> float:
        """Return what training costs, for each row and fold, in weights times epochs.

        Parameters
        ----------
        n_epochs : int
        n_parameters : float
            Weights of one network.

        Returns
        -------
        float
        """
        return n_epochs * (n_parameters + self.free_parameters)

    def n_finalists(self, n_complete: int, asked: int) -> int:
        """Return how many finalists there may be of `n_complete` trials.

        Parameters
        ----------
        n_complete : int
            Complete trials.
        asked : int
            What the user allows.

        Returns
        -------
        int
        """
        return min(asked, max(1, n_complete // self.trials_a_finalist))

    def n_outer(self, n_complete: int, trial_work: float, search_work: float, n_workers: int) -> int:
        """Return how many outer folds the choice of the final model may have; 0 where fewer than two would fit.

        Parameters
        ----------
        n_complete : int
            Trials that may be ranked.
        trial_work : float
            Of the trial that the final model is made of; an outer fold costs about as much.
        search_work : float
            Of all trials together; infinite for no limit.
        n_workers : int

        Returns
        -------
        int
        """
        fitting = self.choice_work * search_work / n_workers / trial_work
        most = min(fitting, max(self.least_outer, n_complete // 2), self.most_outer)
        return 0 if most < self.least_outer else int(most)


POLICY = Policy()
