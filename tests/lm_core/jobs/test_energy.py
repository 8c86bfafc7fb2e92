"""Watt-hours: counted where the processor tells, estimated where it does not, added up over workers."""

import time

import pytest

from lm_core.jobs.energy import EnergyMeter, machine_busy_seconds, readable_packages
from lm_core.settings import read_settings


class Hand:
    """A machine whose clocks and counters the test turns."""

    def __init__(self, folder, packages=1):
        self.folder, self.now, self.own, self.busy = folder, 0.0, 5.0, 100.0
        for number in range(packages):
            self.count(number, 1_000_000)
            package = folder / f"intel-rapl:{number}"
            (package / "name").write_text(f"package-{number}\n")
            (package / "max_energy_range_uj").write_text("262143328850\n")
            part = folder / f"intel-rapl:{number}:0"
            part.mkdir()
            (part / "name").write_text("core\n")
            (part / "energy_uj").write_text("5\n")

    def count(self, number, microjoules):
        package = self.folder / f"intel-rapl:{number}"
        package.mkdir(exist_ok=True)
        (package / "energy_uj").write_text(f"{microjoules}\n")

    def meter(self, watts=10.0, **options):
        clocks = {
            "own_seconds": lambda: self.own,
            "busy_seconds": lambda: self.busy,
            "clock": lambda: self.now,
        }
        return EnergyMeter(watts, powercap=self.folder, **clocks, **options)


def test_an_hour_of_one_core_at_ten_watts_is_ten_watt_hours(tmp_path):
    hand = Hand(tmp_path, packages=0)
    meter = hand.meter()
    hand.own += 3600
    assert meter.watt_hours() == pytest.approx(10.0)
    assert meter.watts_per_core == 10.0


def test_a_package_charges_the_share_of_the_cpu_time(tmp_path):
    hand = Hand(tmp_path, packages=2)
    assert len(readable_packages(tmp_path)) == 2, "whole packages, not their parts"
    meter = hand.meter()
    hand.count(0, 1_000_000 + 7_200_000_000)  # 7200 J = 2 Wh
    hand.count(1, 1_000_000 + 3_600_000_000)
    hand.now, hand.own, hand.busy = 60.0, 5.0 + 20.0, 100.0 + 80.0  # a quarter of what the machine did
    assert meter.watt_hours() == pytest.approx(3.0 / 4)
    assert meter.watts_per_core == 0.0, "nothing is assumed"
    hand.own += 500
    assert meter.watt_hours() == pytest.approx(3.0 / 4), "counters are looked at once a second"


def test_a_counter_that_begins_again_loses_nothing(tmp_path):
    hand = Hand(tmp_path)
    hand.count(0, 262_143_328_850 - 1_800_000_000)
    meter = hand.meter()
    hand.count(0, 1_800_000_000)
    hand.now, hand.own, hand.busy = 2.0, 6.0, 101.0
    assert meter.watt_hours() == pytest.approx(1.0)


def test_counters_that_cannot_be_read_are_an_estimate(tmp_path):
    hand = Hand(tmp_path)
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("not a number")
    assert hand.meter(12.5).watts_per_core == 12.5
    assert EnergyMeter(7.0, powercap=tmp_path / "nowhere").watts_per_core == 7.0


def test_a_counter_that_disappears_ends_nothing(tmp_path):
    hand = Hand(tmp_path)
    meter = hand.meter(earlier=0.5)
    (tmp_path / "intel-rapl:0" / "energy_uj").unlink()
    hand.now, hand.own, hand.busy = 2.0, 6.0, 101.0
    assert meter.watt_hours() == 0.5


def test_what_is_reported_and_how_often(tmp_path):
    hand = Hand(tmp_path, packages=0)
    meter = hand.meter(36.0, earlier=1.0)
    assert meter.report() == {"energy_wh": 1.0, "watts_per_core": 36.0}
    hand.own += 100
    hand.now = 0.1
    assert meter.report() == {}
    assert meter.report(now=True) == {"energy_wh": pytest.approx(2.0)}
    hand.now = 0.4
    assert meter.report() == {"energy_wh": pytest.approx(2.0)}


def test_a_report_costs_microseconds():
    """A step takes milliseconds: 0.1 % of five is 5 µs."""
    meter = EnergyMeter(10.0)
    began = time.process_time()
    for _step in range(2000):
        meter.report()
    assert (time.process_time() - began) / 2000 < 20e-6  # a generous bound for a busy machine; about 1 µs in calm
    assert machine_busy_seconds() > 0


def test_the_wattage_is_a_setting(monkeypatch):
    monkeypatch.delenv("TOKENARIUM_WATTS", raising=False)
    assert read_settings().watts_per_core == 10.0
    monkeypatch.setenv("TOKENARIUM_WATTS", "6.5")
    assert read_settings().watts_per_core == 6.5
    for nonsense in ("0", "-3", "much", "1001", "nan", "1e3"):
        monkeypatch.setenv("TOKENARIUM_WATTS", nonsense)
        with pytest.raises(Exception, match="TOKENARIUM_WATTS must be a number of watts above 0"):
            read_settings()
