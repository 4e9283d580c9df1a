"""Pages of the registries: one list, record, form and history for every sheet of the workbook."""
