"""Pages to come."""

from __future__ import annotations

from fastapi import APIRouter

from agent_desk.visit import VisitRoute

router = APIRouter(route_class=VisitRoute)
