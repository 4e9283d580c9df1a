"""填报任务: a bureau asks its streets to fill registries until a day, and reminds them until they confirm.

What is filled is never kept here: states and counts are those of `governance.records.completeness`.
"""
