"""z: network inputs."""
