"""What the user can mend. Of what bundles carry along: needs Python alone."""

from __future__ import annotations


class InputError(ValueError):
    """What the user can mend: one sentence, kept as a template and its values too."""

    def __init__(self, template: str, **values: object) -> None:
        self.template, self.values = template, values
        super().__init__(template.format(**values))
