"""Directions, states and sources of assessments."""

from django.db import models


class Direction(models.TextChoices):
    """Who assesses whom (双向考评): the organiser its communities, or the communities their street."""

    DOWN = "down", "考评社区"
    UP = "up", "社区考评街道"


class SchemeState(models.TextChoices):
    DRAFT = "draft", "拟订中"
    SCORING = "scoring", "打分中"
    FINAL = "final", "已定稿"
    PUBLISHED = "published", "已公开"
    WITHDRAWN = "withdrawn", "已撤回"


class Source(models.TextChoices):
    """Where the score of a criterion comes from; 群众测评 is what residents' satisfaction weighs."""

    DIRECT = "direct", "直接评分"
    RESIDENTS = "residents", "群众测评"
    PEERS = "peers", "交叉考评"
    THIRD_PARTY = "third_party", "第三方评估"


LOCKED = (SchemeState.FINAL, SchemeState.PUBLISHED)
"""Scores do not change any more."""
