"""App configuration: the references keep their results in tables of their own."""

from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    name = "benchmarks"
    label = "benchmarks"
    verbose_name = "性能对照"
