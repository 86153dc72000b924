"""The parts of each kind of data, imported when they are needed; `base` says what they are."""

from __future__ import annotations

import importlib
from typing import cast

from ..domain.kinds import KINDS
from ..networks.inputs import Input
from .base import Baselines, BundlePart, Encoder, Likeness, OnnxInput, PreprocessingKind, Reader


def reader_of(kind: str) -> Reader:
    """Return how a kind of data is read. Raises KeyError for an unknown kind, as all of these do.

    Parameters
    ----------
    kind : str

    Returns
    -------
    Reader
    """
    return cast("Reader", _part(kind, "reading", "READER"))


def preprocessing_kind(kind: str) -> PreprocessingKind:
    """Return how a kind of data is preprocessed; needs NumPy.

    Parameters
    ----------
    kind : str

    Returns
    -------
    PreprocessingKind
    """
    return cast("PreprocessingKind", _part(kind, "preprocessing", "KIND"))


def input_of(kind: str) -> type[Input]:
    """Return what a network takes of a kind.

    Parameters
    ----------
    kind : str

    Returns
    -------
    type of Input
    """
    return cast("type[Input]", _part(kind, "input", "INPUT"))


def encoder_of(kind: str) -> Encoder:
    """Return what gives the vectors of an input of a kind; imports TensorFlow.

    Parameters
    ----------
    kind : str

    Returns
    -------
    Encoder
    """
    return cast("Encoder", _part(kind, "network", "ENCODER"))


def raw_of(kind: str) -> OnnxInput:
    """Return how raw rows of a kind enter an ONNX graph; needs onnx.

    Parameters
    ----------
    kind : str

    Returns
    -------
    OnnxInput
    """
    return cast("OnnxInput", _part(kind, "raw", "RAW"))


def likeness_of(kind: str) -> Likeness:
    """Return which rows of a kind are alike; needs SciPy and scikit-learn.

    Parameters
    ----------
    kind : str

    Returns
    -------
    Likeness
    """
    return cast("Likeness", _part(kind, "likeness", "LIKENESS"))


def baselines_of(kind: str) -> Baselines:
    """Return the inputs of simple predictors; needs scikit-learn.

    Parameters
    ----------
    kind : str

    Returns
    -------
    Baselines
    """
    return cast("Baselines", _part(kind, "baselines", "BASELINES"))


def bundle_part_of(kind: str) -> BundlePart:
    """Return what bundles hold of a kind.

    Parameters
    ----------
    kind : str

    Returns
    -------
    BundlePart
    """
    return cast("BundlePart", _part(kind, "bundle", "PART"))


def _part(kind: str, module: str, name: str) -> object:
    if kind not in KINDS:
        raise KeyError(kind)
    return getattr(importlib.import_module(f".{kind}.{module}", __package__), name)
