"""The manual says what the code reads."""

from tests.support.manual import assert_settings

from vigie.batch.slurm import SlurmBatch


def test_the_manual_lists_the_settings_with_their_defaults() -> None:
    assert_settings("slurm.md", "Settings", SlurmBatch.info.settings)
