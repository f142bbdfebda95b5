"""Options of the whole test suite."""

from __future__ import annotations


def pytest_addoption(parser):
    parser.addoption(
        '--write-reference',
        action='store_true',
        help='Write the results of the reference images anew.',
    )
