/**
 * The softphone's rules: what may follow what, and what is to be done about it. Pure: the shell in softphone.ts feeds
 * it events and carries out the effects, so that every order of events can be tried without a browser.
 */

/** The line to the switch. */
export type Line = "off" | "joining" | "ready" | "lost" | "refused" | "elsewhere";
/** The one call that a seat may have. */
export type Call = "none" | "ringing" | "answering" | "talking" | "held";
export type Microphone = "unknown" | "granted" | "denied";

export interface Phone {
  readonly line: Line;
  readonly call: Call;
  readonly microphone: Microphone;
  readonly muted: boolean;
  /** The number shown by the switch; empty without a call. */
  readonly caller: string;
  /** The seat asked for the present call itself, so it rings nobody. */
  readonly placed: boolean;
}

export type Event =
  | { type: "join" }
  | { type: "registered" }
  | { type: "unreachable" }
  | { type: "refused" }
  | { type: "elsewhere" }
  | { type: "microphone"; state: Microphone }
  | { type: "invited"; caller: string; placed: boolean }
  | { type: "answer" }
  | { type: "established" }
  | { type: "hang-up" }
  | { type: "ended" }
  | { type: "hold" }
  | { type: "held" }
  | { type: "resumed" }
  | { type: "mute" }
  | { type: "leave" };

export type Effect =
  | "connect"
  | "disconnect"
  | "renew"
  | "ring"
  | "silence"
  | "answer"
  | "busy"
  | "terminate"
  | "hold"
  | "resume"
  | "mute"
  | "unmute";

export const OFF: Phone = {
  line: "off",
  call: "none",
  microphone: "unknown",
  muted: false,
  caller: "",
  placed: false,
};

/** Lines on which nothing is going on until somebody asks for it. */
const IDLE: ReadonlySet<Line> = new Set<Line>(["off", "refused", "elsewhere"]);

const FREE = { call: "none", muted: false, caller: "", placed: false } as const;

type Step = readonly [Phone, readonly Effect[]];

/** The phone after `event`, and what is to be done. An event that means nothing now changes nothing. */
export function step(phone: Phone, event: Event): Step {
  switch (event.type) {
    case "join":
      return IDLE.has(phone.line) ? [{ ...phone, line: "joining" }, ["connect"]] : [phone, []];
    case "registered":
      return IDLE.has(phone.line) ? [phone, []] : [{ ...phone, line: "ready" }, []];
    case "unreachable":
      return IDLE.has(phone.line) ? [phone, []] : [{ ...phone, line: "lost" }, []];
    case "refused":
      // the first refusal may mean that the password of this desk session has ended; a second one is final
      return phone.line === "joining" ? [{ ...phone, line: "refused" }, []] : [{ ...phone, line: "joining" }, ["renew"]];
    case "elsewhere":
      return [{ ...OFF, microphone: phone.microphone, line: "elsewhere" }, ["silence", "terminate", "disconnect"]];
    case "microphone":
      return [{ ...phone, microphone: event.state }, []];
    case "leave":
      return [{ ...OFF, microphone: phone.microphone }, ["silence", "terminate", "disconnect"]];
    default:
      return stepCall(phone, event);
  }
}

type LineEvent = "join" | "registered" | "unreachable" | "refused" | "elsewhere" | "microphone" | "leave";
type CallEvent = Exclude<Event, { type: LineEvent }>;

function stepCall(phone: Phone, event: CallEvent): Step {
  switch (event.type) {
    case "invited":
      return invited(phone, event.caller, event.placed);
    case "answer":
      return phone.call === "ringing" ? [{ ...phone, call: "answering" }, ["silence", "answer"]] : [phone, []];
    case "established":
      return phone.call === "answering" ? [{ ...phone, call: "talking" }, []] : [phone, []];
    case "hang-up":
      return phone.call === "none" ? [phone, []] : [{ ...phone, ...FREE }, ["silence", "terminate"]];
    case "ended":
      return [{ ...phone, ...FREE }, ["silence"]];
    case "hold":
      return [phone, phone.call === "talking" ? ["hold"] : phone.call === "held" ? ["resume"] : []];
    case "held":
      return phone.call === "talking" ? [{ ...phone, call: "held" }, []] : [phone, []];
    case "resumed":
      return phone.call === "held" ? [{ ...phone, call: "talking" }, []] : [phone, []];
    case "mute":
      return mute(phone);
  }
}

function invited(phone: Phone, caller: string, placed: boolean): Step {
  if (phone.call !== "none") return [phone, ["busy"]];
  if (placed) return [{ ...phone, ...FREE, call: "answering", caller, placed }, ["answer"]];
  return [{ ...phone, ...FREE, call: "ringing", caller }, ["ring"]];
}

function mute(phone: Phone): Step {
  if (phone.call !== "talking" && phone.call !== "held") return [phone, []];
  return [{ ...phone, muted: !phone.muted }, [phone.muted ? "unmute" : "mute"]];
}
