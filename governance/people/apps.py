"""App configuration."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "governance.people"
    label = "people"
    verbose_name = "人员"

    def ready(self) -> None:
        from governance.people.search import PEOPLE
        from governance.web import search

        search.register(PEOPLE)
