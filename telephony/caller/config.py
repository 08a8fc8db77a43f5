"""The carrier's configuration: the other side of the trunk, in as few lines as a telephone needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined

MODULES = (
    *("res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_timing_timerfd", "res_pjproject"),
    *(
        "codec_alaw",
        "codec_ulaw",
        "codec_resample",
        "format_pcm",
        "format_wav",
        "format_sln",
        "res_rtp_asterisk",
    ),
    *(
        "bridge_simple",
        "bridge_native_rtp",
        "res_pjsip",
        "res_pjsip_endpoint_identifier_ip",
        "res_pjsip_pubsub",
    ),
    *(
        "res_pjsip_session",
        "res_pjsip_sdp_rtp",
        "res_pjsip_caller_id",
        "res_pjsip_rfc3326",
        "chan_pjsip",
        "pbx_config",
        "pbx_spool",
    ),
    *("app_exec", "app_mixmonitor", "app_playback", "app_senddtmf", "app_stack"),
    *("func_callerid", "func_cdr", "func_channel", "func_env", "func_logic", "func_strings", "func_timeout"),
)
EMPTY = (
    *("acl.conf", "ccss.conf", "cdr.conf", "cel.conf", "features.conf", "http.conf", "indications.conf"),
    *("pjproject.conf", "stasis.conf", "udptl.conf"),
)


@dataclass(frozen=True)
class Network:
    """Who is where: the carrier at `host`:`port`, the hotline's trunk at `hotline_host`:`hotline_port` (UDP)."""

    host: str
    port: int
    hotline_host: str
    hotline_port: int
    rtp_first: int = 40000
    rtp_last: int = 49999


@dataclass(frozen=True)
class Manners:
    """How a citizen's telephone behaves when the hotline calls it: it rings for `rings` seconds, then is `busy` or
    answers, and hangs up after `seconds` if the hotline didn't."""

    rings: float = 1.5
    busy: bool = False
    seconds: float = 120.0


def render(base: Path, network: Network, manners: Manners) -> dict[str, str]:
    """The configuration files by name, for a carrier that lives in `base`."""
    templates = _templates()
    environment = Environment(
        loader=DictLoader(templates), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    values = {"base": base, "modules": MODULES, **asdict(network), **asdict(manners)}
    written = {name.removesuffix(".j2"): environment.get_template(name).render(values) for name in templates}
    return written | dict.fromkeys(EMPTY, "; Nothing but the defaults.\n")


def _templates() -> Mapping[str, str]:
    folder = resources.files("telephony.caller") / "templates"
    return {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".j2")}
