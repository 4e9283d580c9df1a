"""数据完整度: which registries of a community are entered, truly empty, or still to be filled.

`states` says what counts, `tally` counts by unit, `cells` looks at some communities, `services` keep the word
of a clerk that there is nothing.
"""


def register_all() -> None:
    """Give the rest of the portal what it shows of completeness; called when the apps are ready."""
    from governance.records.completeness.setup import register_all

    register_all()
