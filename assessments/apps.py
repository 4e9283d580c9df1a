"""App configuration: what the assessments app gives to the kernel."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    label = "assessments"
    verbose_name = "考核"

    def ready(self) -> None:
        from assessments.report import build
        from governance.reports.sections import Part, Section, register

        register(Section(Part.UNITS, 10, "", build))
