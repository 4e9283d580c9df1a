"""Importing a workbook: read, find, compare, then write everything or nothing.

`prepare` makes a `Plan` without touching a row; `apply` carries it out in one transaction. Everything works
on whole sheets: no statement stands in a loop over rows.
"""
