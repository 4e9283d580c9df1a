"""Measuring divisions against standards: pure, set-based, explained.

`resolve` finds the rules in force for a scope and a day, `relation` compiles them with the apps' cards into
one SELECT (a row per community: inputs and outcome letters), `community` and `upper` read results from it,
`store` keeps it as a run.
"""
