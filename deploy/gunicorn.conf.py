"""gunicorn for production: `gunicorn -c deploy/gunicorn.conf.py governance.wsgi:application`.

Two processes of four threads serve some fifty clerks on two cores; add processes with cores, not threads.
"""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4

# A report is made by the worker, never in a request: whoever needs longer than this hangs.
timeout = 60
graceful_timeout = 30
keepalive = 5

# Memory that libraries do not give back stays bounded; the jitter keeps processes from restarting together.
max_requests = 2000
max_requests_jitter = 200

# nginx on the same host sets X-Forwarded-Proto; nobody else may.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True

accesslog = None  # nginx writes it
errorlog = "-"
loglevel = "info"
