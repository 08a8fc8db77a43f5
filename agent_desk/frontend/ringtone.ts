/** The sound of a ringing telephone as China knows it: 450 Hz, one second on, three off. Made here, not loaded. */

const PITCH = 450;
const ON = 1;
const EVERY = 4;
const LOUDNESS = 0.12;

let context: AudioContext | null = null;
let timer = 0;

/** Browsers let a page sound only after it was touched; so the first touch prepares it. */
export function prepare(): void {
  const wake = (): void => void (context ??= new AudioContext()).resume();
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake, { once: true });
}

/** Rings until `silence`. */
export function ring(): void {
  silence();
  sound();
  timer = window.setInterval(sound, EVERY * 1000);
}

export function silence(): void {
  clearInterval(timer);
}

function sound(): void {
  if (context?.state !== "running") return;
  const start = context.currentTime;
  const tone = new OscillatorNode(context, { frequency: PITCH });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setTargetAtTime(LOUDNESS, start, 0.02);
  gain.gain.setTargetAtTime(0, start + ON, 0.03);
  tone.connect(gain).connect(context.destination);
  tone.start(start);
  tone.stop(start + ON + 0.3);
}
