"""Typesetting of official reports on the GB/T 9704-2012 page: a library without models, database or requests.

model → html → render (child process) → PDF/A-3a; conformance reads the PDF back and measures it.
"""
