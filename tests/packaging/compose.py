#!/usr/bin/env python3
"""packaging/container/compose.yaml: it says the same as the Dockerfile and the server.

compose.py SERVER     the program impulse-server, whose --print-config knows every key
"""
import pathlib
import re
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: compose.yaml (without python3-yaml)")
    print("compose.py: passed")
    sys.exit(0)

container = pathlib.Path(__file__).resolve().parents[2] / "packaging/container"
dockerfile = (container / "Dockerfile").read_text()
text = (container / "compose.yaml").read_text()
compose = yaml.safe_load(text)


def require(holds, what):
    if not holds:
        sys.exit(f"compose.py: {what}")


# Each variable is a key of the server's configuration: with any other it does not start.
manual = subprocess.run([sys.argv[1], "--print-config"], check=True, capture_output=True, text=True).stdout
keys = set(re.findall(r"^#?([a-z-]+) =", manual, re.MULTILINE))
require("data" in keys and "storage-password-file" in keys, "--print-config has no keys")
used = 0
for path in ("Dockerfile", "compose.yaml", "entrypoint.sh"):
    for name in re.findall(r"\bIMPULSE_SERVER_(\w+)", (container / path).read_text()):
        key = name.lower().replace("_", "-")
        require(key in keys, f"{path}: IMPULSE_SERVER_{name} is no key of the server")
        used += 1
require(used > 0, "no variable of the server anywhere")

# The health check of the image, which one in OCI form cannot carry.
options, command = re.search(r"^HEALTHCHECK((?: --\S+)*) CMD (\[.*\])$", dockerfile, re.MULTILINE).groups()
health = {name.replace("-", "_"): value for name, value in re.findall(r"--(\S+)=(\S+)", options)}
health["test"] = ["CMD", *yaml.safe_load(command)]
port = re.search(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)[1]
volume = re.search(r"^VOLUME (\S+)$", dockerfile, re.MULTILINE)[1]
servers = {name: service for name, service in compose["services"].items() if "build" in service}
require(set(servers) == {"server", "server-postgresql"}, f"the servers are {sorted(servers)}")
for name, service in servers.items():
    require(service["healthcheck"] == health,
            f"{name}: the health check is {service['healthcheck']}, the Dockerfile's is {health}")
    build = service["build"]
    context = (container / build["context"]).resolve()
    require((context / build["dockerfile"]).samefile(container / "Dockerfile"), f"{name}: another Dockerfile")
    require(service["ports"] == [f"{port}:{port}"], f"{name}: the ports are {service['ports']}")
    require([entry.split(":")[1] for entry in service["volumes"]] == [volume],
            f"{name}: the volumes are {service['volumes']}")

# What is named is there.
for name, service in compose["services"].items():
    for secret in service.get("secrets", []):
        require(secret in compose["secrets"], f"{name}: no secret {secret}")
        where = f"/run/secrets/{secret}"
        require(where in service["environment"].values(), f"{name}: nothing reads {where}")
    for entry in service["volumes"]:
        require(entry.split(":")[0] in compose["volumes"], f"{name}: no volume {entry}")
    for other in service.get("depends_on", {}):
        require(other in compose["services"], f"{name}: no service {other}")
print("compose.py: passed")
