"""What the user can mend. Of what bundles carry along: needs Python alone."""

from __future__ import annotations


class InputError(ValueError):
    """What the user can mend: one sentence, kept as a template and its values too."""

    def __init__(self, template: str, **values: object) -> None:
        self.template, self.values = template, values
        super().__init__(template.format(**values))


def damaged_in_bundle(file: str, reason: str) -> InputError:
    """Return the error of a file of a bundle that cannot be made sense of."""
    return InputError(
        "The bundle's file {file} is damaged ({reason}); copy or export the bundle again.",
        file=file, reason=reason,
    )  # fmt: skip


def too_large_in_bundle(file: str, n_bytes: int, most: int) -> InputError:
    """Return the error of a file of a bundle that takes more bytes than one that Cupel has written."""
    return InputError(
        "The bundle's file {file} has {n:,} bytes, more than the {most:,} that one of Cupel has; do not use this "
        "bundle.",
        file=file, n=n_bytes, most=most,
    )  # fmt: skip
