"""TensorFlow's devices and threads in a worker process: called once, before any graph is made."""

from __future__ import annotations

from ..tf import tf


def set_up_devices(n_threads: int) -> dict[str, object]:
    """Set threads and memory growth; return what TensorFlow sees.

    Returns
    -------
    dict
        ``gpus`` (names), ``n_threads``, ``tensorflow`` and ``compute_dtype``: ``bfloat16`` where every GPU multiplies
        it in hardware (compute capability 8 or more), else ``float32``.
    """
    gpus = tf.config.list_physical_devices("GPU")
    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    tf.config.threading.set_inter_op_parallelism_threads(n_threads if gpus else 1)
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    # Measured: grappler adds a quarter to a trial's first epoch and takes nothing off the others.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    has_bfloat16 = bool(details) and all(d.get("compute_capability", (0, 0))[0] >= 8 for d in details)
    return {
        "gpus": [d.get("device_name", "GPU") for d in details],
        "n_threads": n_threads,
        "tensorflow": tf.__version__,
        "compute_dtype": "bfloat16" if has_bfloat16 else "float32",
    }
