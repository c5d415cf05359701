"""A started world of toys."""

import pytest
from bench_toys import direct_world


@pytest.fixture
def world(tmp_path):
    with direct_world(tmp_path) as world, world.store:
        yield world
