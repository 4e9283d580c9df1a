"""The Redis broker: kombu's transport with a worker that does not go deaf when Redis was silent.

Kombu logs an acknowledgement that failed and forgets it, but still counts the message as being worked on;
with a prefetch of one the worker then takes no message any more, for good. Here the message counts as over
either way. What stays behind in Redis is given out again much later and finds its job finished.
"""

import logging

from kombu.transport import redis, virtual
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except (RedisError, OSError) as problem:
            self._forget(delivery_tag, problem)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        except (RedisError, OSError) as problem:
            self._forget(delivery_tag, problem)

    def _forget(self, delivery_tag: str, problem: Exception) -> None:
        logger.warning("Redis did not take back message %s: %s", delivery_tag, problem)
        virtual.QoS.ack(self, delivery_tag)


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel
