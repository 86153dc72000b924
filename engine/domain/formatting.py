"""Numbers, counts, times and sizes as window, terminal, reports and model cards show them: never more digits than their
spread justifies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

MINUS = "−"
NOTHING = "–"
_MAX_DECIMALS = 6


# Those that move a cursor, colour, ring, or turn the direction of what follows; not the ends of lines and tabs.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    r"""Return a text with its control characters spelled out, as ``\x1b``: names are what users typed.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Ends of lines and tabs stay.
    """
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


def decimals_for(value: float | None, spread: float | None) -> int:
    """Return how many decimals `value` deserves: to the first digit of `spread`, or the second below 3.55.

    That is the Particle Data Group's rule (Review of Particle Physics, introduction, section 5.3).

    Without a spread, three significant digits after the leading zeros of a small number, up to four in all.

    Parameters
    ----------
    value : float or None
        None where there is none.
    spread : float or None
        Standard deviation over the folds; None where it is not known.

    Returns
    -------
    int
    """
    if spread is not None and math.isfinite(spread) and spread > 0:
        exponent = math.floor(math.log10(spread))
        first = round(spread / 10**exponent, 6)
        return min(max(-exponent + (1 if first < 3.55 else 0), 0), _MAX_DECIMALS)
    if value is None or not math.isfinite(value) or value == 0:
        return 3
    return min(max(3 - max(math.floor(math.log10(abs(value))) + 1, 0), 0), _MAX_DECIMALS)


def shared_decimals(values: Iterable[float | None], spreads: Iterable[float | None]) -> int:
    """Return one number of decimals for a whole column, so that its points line up: the median's.

    Parameters
    ----------
    values, spreads : iterable of float or None

    Returns
    -------
    int
    """
    wanted = sorted(
        decimals_for(value, spread)
        for value, spread in zip(values, spreads, strict=True)
        if value is not None
    )
    return wanted[len(wanted) // 2] if wanted else 3


def number(value: float | None, decimals: int | None = None, *, sign: bool = False) -> str:
    """Return a number with a true minus sign and thin grouping; a dash for None and NaN.

    Parameters
    ----------
    value : float or None
        None where there is none.
    decimals : int or None
        Digits after the point; None for as many as the number needs.
    sign : bool
        Whether a plus stands before what is positive, and is not written as zero.

    Returns
    -------
    str
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    places = decimals_for(value, None) if decimals is None else decimals
    text = f"{value:z,.{places}f}".replace("-", MINUS)
    # What is written as nothing has no sign.
    is_nothing = not any(digit in text for digit in "123456789")
    return f"+{text}" if sign and value > 0 and not is_nothing else text


def score(value: float | None, spread: float | None = None, decimals: int | None = None) -> str:
    """Return ``0.871 ± 0.004``.

    Parameters
    ----------
    value : float or None
        None where there is none.
    spread : float or None
        Standard deviation over the folds; None where it is not known.
    decimals : int or None
        Digits after the point; None for as many as the number needs.

    Returns
    -------
    str
    """
    places = decimals_for(value, spread) if decimals is None else decimals
    text = number(value, places)
    if value is None or spread is None or math.isnan(value) or math.isnan(spread):
        return text
    return f"{text} ± {number(spread, places)}"


def parameter(value: object) -> str:
    """Return a value of a trial's params: short, exact enough to tell two of them apart.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return f"{value}".replace("-", MINUS)
        if value == 0.0 or 1e-3 <= abs(value) < 1e5:
            return f"{value:.4g}".replace("-", MINUS)
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}".replace("-", MINUS)
    if isinstance(value, list | tuple):
        return " · ".join(map(parameter, cast("Sequence[object]", value)))
    return NOTHING if value is None else str(value)


def plain(value: float | None) -> str:
    """Return a number of the data: about four digits, grouped, without zeros at its end.

    Parameters
    ----------
    value : float or None
        None where there is none.

    Returns
    -------
    str
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    if value != 0 and not 1e-4 <= abs(value) < 1e9:
        return parameter(value)
    decimals = 0 if value == round(value) else max(3 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)


def count(value: int | None) -> str:
    """Return a whole number with grouped digits.

    Parameters
    ----------
    value : int or None
        None where there is none.

    Returns
    -------
    str
    """
    return NOTHING if value is None else f"{value:,}".replace("-", MINUS)


def counted(n: int, one: str, many: str = "") -> str:
    """Return ``1 row`` or ``1,234 rows``, in English; `many` is ``rows`` where it is not given.

    Sentences that are translated are templates instead: they group digits by ``{n:,}``, and say it in words that are
    right for 1 too.

    Parameters
    ----------
    n : int
    one : str
        Of exactly one.
    many : str
        Of any other number.

    Returns
    -------
    str
    """
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def percent(fraction: float | None, decimals: int = 0) -> str:
    """Return a fraction as a percentage.

    Parameters
    ----------
    fraction : float or None
        In [0, 1].
    decimals : int
        Digits after the point.

    Returns
    -------
    str
    """
    return NOTHING if fraction is None or math.isnan(fraction) else f"{100 * fraction:.{decimals}f}%"


def size(n_bytes: float | None) -> str:
    """Return bytes in the unit that leaves one to three digits before the point.

    Parameters
    ----------
    n_bytes : float or None
        None where it is not known.

    Returns
    -------
    str
    """
    if n_bytes is None:
        return NOTHING
    value = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(value) < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def clock(seconds: float | None) -> str:
    """Return a time span as ``0:07``, ``12:41`` or ``3:05:09``.

    Parameters
    ----------
    seconds : float or None
        None where it is not known.

    Returns
    -------
    str
    """
    if seconds is None or math.isnan(seconds):
        return NOTHING
    whole = max(round(seconds), 0)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def moment(seconds: float) -> str:
    """Return a date as ``2024-05-31``, with its time where it has one: ``2024-05-31 13:05``, ``… 13:05:09``.

    Parameters
    ----------
    seconds : float
        Since 1970, UTC, as the cells of a column of dates are kept.

    Returns
    -------
    str
    """
    try:
        date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(seconds))
    except OverflowError:
        # Of a year that Python's own dates do not reach.
        return plain(seconds)
    how = "%H:%M:%S" if date.second else "%H:%M" if date.hour or date.minute else ""
    return f"{date.date().isoformat()} {date:{how}}" if how else date.date().isoformat()


def seconds(value: float | None) -> str:
    """Return a short duration: ``0.4 s``, ``12 s``, or as `clock` from two minutes on.

    Parameters
    ----------
    value : float or None
        None where there is none.

    Returns
    -------
    str
    """
    if value is None or math.isnan(value):
        return NOTHING
    if value >= 120:
        return clock(value)
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def baseline(name: str, task: str) -> str:
    """Return what a baseline is called: the constant prediction of a regression is the mean.

    Parameters
    ----------
    name : str
        As it is stored.
    task : str

    Returns
    -------
    str
    """
    return "mean" if name == "majority" and task == "regression" else name
