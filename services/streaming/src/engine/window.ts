/** Windows of one length, one after the other, aligned to the epoch. */
export interface TumblingWindow {
  readonly sizeMs: number
  /** How much later than the watermark an event may be and still count. */
  readonly latenessMs: number
}

/** Declares windows of one length. */
export function tumbling(window: TumblingWindow): TumblingWindow {
  return window
}

/** The beginning of the window to which a time belongs, in milliseconds since the epoch. */
export function windowStart({ sizeMs }: TumblingWindow, atMs: number): number {
  return Math.floor(atMs / sizeMs) * sizeMs
}

/** Whether a window that begins then can no longer change: its end is further behind the watermark than the bound. */
export function isFinal({ sizeMs, latenessMs }: TumblingWindow, startMs: number, watermarkMs: number): boolean {
  return startMs + sizeMs + latenessMs <= watermarkMs
}
