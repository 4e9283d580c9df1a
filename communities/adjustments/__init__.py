"""Splitting and merging communities: drafting a plan, looking at what it does, carrying it out.

`rows` reads what a plan is about, `plan` puts it together, `figures` counts before and after, `checks` says
what stands in the way, `effects` measures the successors as if they were there, `drafting` and `applying` are
the services, `lineage` tells a community's 沿革 and keeps past days as they were. No module knows a model of
another app: `governance.divisions.transfers` does.
"""
