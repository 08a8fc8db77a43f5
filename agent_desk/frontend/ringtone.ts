/** The sound of a ringing telephone as China knows it: 450 Hz, one second on, three off. Made here, not loaded. */

const PITCH = 450;
const ON = 1;
const EVERY = 4;
const LOUDNESS = 0.12;

let context: AudioContext | null = null;
let tone: OscillatorNode | null = null;
let timer = 0;

/** Browsers let a page sound only after it was touched; so the first touch prepares it. */
export function prepare(): void {
  const wake = (): void => {
    context ??= new AudioContext();
    if (timer === 0) void context.suspend(); // awake, it would work for silence all day long
  };
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake, { once: true });
}

/** Rings until `silence`. */
export function ring(): void {
  silence();
  const own = window.setInterval(sound, EVERY * 1000);
  timer = own;
  void context?.resume().then(() => timer === own && sound());
}

export function silence(): void {
  clearInterval(timer);
  timer = 0;
  tone?.stop();
  tone = null;
  void context?.suspend();
}

function sound(): void {
  if (context?.state !== "running") return;
  const start = context.currentTime;
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setTargetAtTime(LOUDNESS, start, 0.02);
  gain.gain.setTargetAtTime(0, start + ON, 0.03);
  tone = new OscillatorNode(context, { frequency: PITCH });
  tone.connect(gain).connect(context.destination);
  tone.start(start);
  tone.stop(start + ON + 0.3);
}
