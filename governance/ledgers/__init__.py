"""台账: record types that the policy packs define as data, and their entries.

A record type is read from its pack (`catalogue`) and given a proxy model (`proxies`), a sheet of the workbook
and a table (`sheets`, `tables`), so that form, list, import, history and attachments are those of every
registry. Entries are counted for measures (`statistics`), for standards (`figures`) and for what is due
(`duties`).
"""
