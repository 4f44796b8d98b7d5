/** The siren: sounds while an alarm is unanswered. Its state is told, because a silent siren is a danger. */

import { keep, kept } from "./kept";

export type SoundState = "on" | "off" | "blocked";

const REMEMBERED = "ssz.sound";
/** Of the whole, by what is wanted: silence, an unanswered alarm, and each level that nobody answered. */
const LOUDNESS = [0, 0.22, 0.7, 1] as const;
/** How often the tone changes, Hz: hurried at the highest level, so that it is told from the one below by ear. */
const SWAY_HZ = [1.4, 1.4, 1.4, 3.2] as const;

export type Loudness = 0 | 1 | 2 | 3;

/** What the siren must do for these levels of unanswered alarms; none: silence. Pure. */
export function wantedLoudness(levels: readonly number[]): Loudness {
  return levels.length === 0 ? 0 : (Math.min(3, 1 + Math.max(0, ...levels)) as Loudness);
}

export class Siren {
  private context: AudioContext | null = null;
  private gain: GainNode | null = null;
  private analyser: AnalyserNode | null = null;
  private voices: OscillatorNode[] = [];
  private sway: OscillatorNode | null = null;
  private wanted: Loudness = 0;
  private off: boolean;

  constructor(private readonly changed: () => void) {
    this.off = kept(REMEMBERED) === "off";
    // On a wall PC that permits it the sound is on from the start; elsewhere the first click or key turns it on.
    if (!this.off) this.wake();
    // In the capture phase: others on the page keep keys and clicks for themselves.
    addEventListener("pointerdown", this.wake, true);
    addEventListener("keydown", this.wake, true);
  }

  get state(): SoundState {
    if (this.off) return "off";
    return this.context?.state === "running" ? "on" : "blocked";
  }

  /** Turn the sound on (from a click) or off; remembered by this browser. */
  toggle(): void {
    this.off = this.state === "on";
    keep(REMEMBERED, this.off ? "off" : "on");
    this.wake();
    this.apply();
    if (!this.off) this.chirp();
    this.changed();
  }

  /** Sound as `wantedLoudness` says. */
  want(loudness: Loudness): void {
    if (this.wanted === loudness) return;
    this.wanted = loudness;
    this.apply();
  }

  /** Root mean square of what goes out now, 0 to 1. */
  level(): number {
    if (this.analyser === null) return 0;
    const wave = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(wave);
    return Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / wave.length);
  }

  stop(): void {
    removeEventListener("pointerdown", this.wake, true);
    removeEventListener("keydown", this.wake, true);
    void this.context?.close();
    this.context = null;
  }

  private readonly wake = (): void => {
    if (this.off) return;
    const context = this.context ?? this.build();
    if (context !== null && context.state !== "running") context.resume().then(this.changed, this.changed);
  };

  private build(): AudioContext | null {
    if (typeof AudioContext === "undefined") return null;
    const context = new AudioContext();
    context.onstatechange = () => {
      this.apply();
      this.changed();
    };
    this.gain = new GainNode(context, { gain: 0 });
    this.analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.gain.connect(this.analyser).connect(context.destination);
    this.context = context;
    this.apply();
    return context;
  }

  private apply(): void {
    const context = this.context;
    if (context === null || this.gain === null) return;
    const loudness = this.off ? 0 : this.wanted;
    this.gain.gain.setTargetAtTime(LOUDNESS[loudness], context.currentTime, 0.03);
    this.sway?.frequency.setTargetAtTime(SWAY_HZ[loudness], context.currentTime, 0.03);
    if (loudness > 0 && this.voices.length === 0) this.voices = this.startVoices(context, this.gain);
    if (loudness === 0 && this.voices.length > 0) {
      for (const voice of this.voices) voice.stop(context.currentTime + 0.2);
      this.voices = [];
      this.sway = null;
    }
  }

  /** A two-tone siren: one voice swept by a slow square wave, no timers of the page. */
  private startVoices(context: AudioContext, out: AudioNode): OscillatorNode[] {
    const voice = new OscillatorNode(context, { type: "triangle", frequency: 800 });
    const sway = new OscillatorNode(context, { type: "square", frequency: SWAY_HZ[this.wanted] });
    this.sway = sway;
    const depth = new GainNode(context, { gain: 180 });
    sway.connect(depth).connect(voice.frequency);
    voice.connect(out);
    voice.start();
    sway.start();
    return [voice, sway];
  }

  /** A short tone that proves to the operator that the loudspeaker is on. */
  private chirp(): void {
    const context = this.context;
    if (context === null) return;
    const gain = new GainNode(context, { gain: 0.15 });
    const voice = new OscillatorNode(context, { type: "sine", frequency: 880 });
    voice.connect(gain).connect(context.destination);
    voice.start();
    voice.stop(context.currentTime + 0.18);
  }
}
