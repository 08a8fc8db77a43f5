/** The seat's microphone: asked for once, kept open for the shift, and watched in case it goes away. */

import type { Microphone } from "./phone.ts";

const WISHES: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
};

export class Ear {
  stream: MediaStream | null = null;

  constructor(private readonly changed: (state: Microphone) => void) {
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.open());
  }

  /** Asks for the microphone, unless a live one is held. */
  async open(): Promise<void> {
    if (this.stream?.getAudioTracks().some((track) => track.readyState === "live")) return;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(WISHES);
      for (const track of this.stream.getAudioTracks()) track.onended = () => this.changed("denied");
      this.changed("granted");
    } catch {
      this.stream = null;
      this.changed("denied");
    }
  }

  close(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }
}
