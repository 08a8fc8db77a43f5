/** JsSIP behind a small door: one registration, one call, plain events. Nothing else here knows SIP. */

import { UA, WebSocketInterface } from "jssip";
import type { IncomingRTCSessionEvent, RTCSessionEvent } from "jssip/lib/UA";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { Event } from "./phone.ts";

/** What the server gives one desk session. */
export interface Credentials {
  extension: string;
  password: string;
  /** sip:8001@… */
  uri: string;
  /** ws:// or wss:// address of the switch */
  websocket: string;
}

/** Candidates of this machine come at once; after this long the answer goes out without the rest. */
const ICE_PATIENCE = 300;
const PLACED_BY_US = "X-Hotline-Answer";

export class Sip {
  private agent: UA | null = null;
  private session: RTCSession | null = null;

  constructor(
    private readonly happened: (event: Event) => void,
    private readonly heard: (stream: MediaStream) => void,
  ) {}

  connect(credentials: Credentials): void {
    this.disconnect();
    const agent = new UA({
      sockets: [new WebSocketInterface(credentials.websocket)],
      uri: credentials.uri,
      authorization_user: credentials.extension,
      password: credentials.password,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: "hotline-desk",
    });
    this.agent = agent;
    agent.on("registered", () => this.happened({ type: "registered" }));
    agent.on("registrationFailed", ({ response }) => this.registrationFailed(response?.status_code));
    agent.on("disconnected", () => this.happened({ type: "unreachable" }));
    agent.on("newRTCSession", (event: RTCSessionEvent) => {
      if (event.originator === "remote") this.invited(event as IncomingRTCSessionEvent);
    });
    agent.start();
  }

  disconnect(): void {
    this.agent?.removeAllListeners();
    this.agent?.stop();
    this.agent = null;
    this.session = null;
  }

  answer(microphone: MediaStream | null): void {
    const sound = microphone ? { mediaStream: microphone } : { mediaConstraints: { audio: true } };
    this.session?.answer({ ...sound, pcConfig: { iceServers: [] } });
  }

  terminate(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate();
    this.session = null;
  }

  hold(): void {
    this.session?.hold();
  }

  resume(): void {
    this.session?.unhold();
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  /** The browser's report about the present call's sound. */
  async stats(): Promise<RTCStatsReport | null> {
    return (await this.session?.connection?.getStats()) ?? null;
  }

  private registrationFailed(status: number | undefined): void {
    this.happened({ type: status === 401 || status === 403 ? "refused" : "unreachable" });
  }

  private invited(event: IncomingRTCSessionEvent): void {
    const { session, request } = event;
    if (this.session && !this.session.isEnded()) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.session = session;
    this.follow(session);
    const placed = request.getHeader(PLACED_BY_US) === "auto";
    this.happened({ type: "invited", caller: session.remote_identity.uri.user ?? "", placed });
  }

  private follow(session: RTCSession): void {
    session.on("peerconnection", ({ peerconnection }) => {
      peerconnection.addEventListener("track", (event) => {
        const [stream] = event.streams;
        this.heard(stream ?? new MediaStream([event.track]));
      });
    });
    session.on("icecandidate", patient());
    session.on("confirmed", () => this.happened({ type: "established" }));
    session.on("hold", () => this.happened({ type: "held" }));
    session.on("unhold", () => this.happened({ type: "resumed" }));
    const over = (): void => {
      if (this.session !== session && this.session !== null) return;
      this.session = null;
      this.happened({ type: "ended" });
    };
    session.on("ended", over);
    session.on("failed", over);
  }
}

/** Without this, JsSIP waits for every network card to give up: up to forty seconds. */
function patient(): (event: { ready: () => void }) => void {
  let timer = 0;
  return ({ ready }) => {
    timer ||= window.setTimeout(ready, ICE_PATIENCE);
  };
}
