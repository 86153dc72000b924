"""The formats that a bundle can hold: what each is called, which number formats it carries, and what runs it.

One entry of `BUNDLE_FORMATS` each, a writer of the same name in `deployment.formats.writing`, and, but for ONNX, a
module ``run_<name>.py`` beside it that bundles carry along as ``predict_<name>.py``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ExportError

_SCRIPTS = Path(__file__).parents[1] / "deployment" / "formats"
TOLERANCES = {"float32": 1e-4, "float16": 2e-3, "int4": 2e-3}
_ROUNDED = 1e-2
"""Of formats of few bits: a difference in the last digit of an input may round to the next step of a layer."""
DEFAULT = ("onnx", "keras")


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes
    ----------
    name, title : str
    carries : tuple of str
        Number formats of networks that it can hold.
    packages : tuple of str
        What runs it, beside NumPy: names of distributions.
    module : str
        What is imported to run it.
    refuses : tuple of (str, str)
        Families of networks that it cannot hold, and the part of them that is the reason.
    """

    name: str
    title: str
    carries: tuple[str, ...]
    packages: tuple[str, ...]
    module: str
    refuses: tuple[tuple[str, str], ...] = ()

    @property
    def is_installed(self) -> bool:
        """Whether what runs it can be imported here."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def script(self) -> Path | None:
        """What bundles carry along to run it, beside predict.py; None for ONNX, which predict.py runs."""
        return None if self.name == "onnx" else _SCRIPTS / f"run_{self.name}.py"


_ALL = ("float32", "float16", "int8", "int8_static", "int16", "int4")
BUNDLE_FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("onnx", "ONNX", _ALL, ("onnxruntime",), "onnxruntime"),
        Format("keras", "Keras", ("float32",), ("tensorflow", "keras"), "keras"),
        Format("saved_model", "TensorFlow SavedModel", ("float32",), ("tensorflow",), "tensorflow"),
        Format(
            "litert",
            "LiteRT",
            _ALL,
            ("ai-edge-litert",),
            "ai_edge_litert",
            (("recurrent", "recurrent layer"),),
        ),
        Format(
            "openvino",
            "OpenVINO",
            ("float32",),
            ("openvino",),
            "openvino",
            # It computes remainders of integers in floats, which misses places in a table of pairs.
            (("recurrent", "recurrent layer"), ("bag", "table of pairs of words")),
        ),
    )
}


def tolerance_of(number_format: str) -> float:
    """Return how far a bundle's predictions may be from those of its networks.

    Absolute for probabilities; for a regression in units of the value or of the target's standard deviation.

    Parameters
    ----------
    number_format : str
        float32, float16, int8 or another name of a number format.

    Returns
    -------
    float
    """
    return TOLERANCES.get(number_format, _ROUNDED)


def runs_one_by_one(number_format: str) -> bool:
    """Whether rows are compared one at a time: dynamic quantization scales all rows of a run together.

    Parameters
    ----------
    number_format : str
        float32, float16, int8 or another name of a number format.

    Returns
    -------
    bool
    """
    return number_format == "int8"


def checked_formats(
    wanted: Sequence[str], number_format: str, family: str, variant: str = ""
) -> tuple[str, ...]:
    """Return the formats to write, ONNX always first; the usual ones where none is named.

    Parameters
    ----------
    wanted : sequence of str
    number_format : str
        float32, float16, int8 or another name of a number format.
    family, variant : str

    Returns
    -------
    tuple of str

    Raises
    ------
    ExportError
        Where one is unknown, cannot hold the network, or needs a package that is not installed.
    """
    usual = [name for name in DEFAULT if number_format in BUNDLE_FORMATS[name].carries]
    names = tuple(dict.fromkeys(["onnx", *(wanted or usual)]))
    for name in names:
        if name not in BUNDLE_FORMATS:
            raise ExportError(
                "{value!r} is no format; choose from {choices}.",
                value=name,
                choices=", ".join(BUNDLE_FORMATS),
            )
        _check(BUNDLE_FORMATS[name], number_format, family, variant)
    return names


def _check(form: Format, number_format: str, family: str, variant: str) -> None:
    if number_format not in form.carries:
        fitting = [f.title for f in BUNDLE_FORMATS.values() if number_format in f.carries]
        raise ExportError(
            "{format} cannot hold the variant {variant!r}, whose numbers are {number_format}; choose {choices} for it, "
            "or a variant in float32.",
            format=form.title,
            variant=variant,
            number_format=number_format,
            choices=" / ".join(fitting),
        )
    part = dict(form.refuses).get(family)
    if part is not None:
        raise ExportError(
            "{format} cannot hold networks of the family {family!r}, because of their {layer}; choose {choices}.",
            format=form.title,
            family=family,
            layer=part,
            choices=" / ".join(f.title for f in BUNDLE_FORMATS.values() if family not in dict(f.refuses)),
        )
    if not form.is_installed:
        raise ExportError(
            "{format} needs the package {package!r}, which is not installed; install it, or leave this format out.",
            format=form.title,
            package=form.packages[0],
        )
