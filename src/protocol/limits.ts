/**
 * Every limit of the wire and of the buffer, in one place, each with its reason.
 *
 * Both ends enforce the same numbers, so a sender never makes what a collector refuses.
 */
export const limits = {
  /** Bytes of one report body after decompression, counted while it streams in: what a collector holds for one request. */
  maxBodyBytes: 1024 * 1024,
  /** Bytes of one report as the sender makes it: half of the above, so that a 413 means a misconfigured proxy. */
  maxReportBytes: 512 * 1024,
  /** Bytes of a datagram as the sender makes it: it passes every usual network in one piece. Larger ones are read, too. */
  maxDatagramBytes: 1_200,
  /** Events in one report or one buffer file: one transaction's worth that still fits `maxReportBytes` as usual. */
  maxEventsPerReport: 500,
  /** Bytes of one event as JSON: 64 fields with names and values of a usual length fit. */
  maxEventBytes: 8 * 1024,
  /** UTF-16 units of any string that does not say otherwise: longer ones are free text, which is never collected. */
  maxStringLength: 256,
  /** Nesting of a report (report, events, event, fields): more is an attack or a mistake. */
  maxDepth: 4,
  /** Declared fields, or details of a feature: a project that needs more collects too much. */
  maxFields: 64,
  /** Feature names: room for a path through an interface such as `Reflectometry->MainWindow->CloseBatch`. */
  maxFeatureNameLength: 128,
  /** Declared feature names: Mantid, the largest user known, has about 1,500 algorithms. */
  maxDeclaredFeatures: 10_000,
  /** Days after which an event is neither sent nor accepted: its answers have been given. */
  maxEventAgeDays: 30,
  /** Minutes by which a clock may be off before `Usage-Sent-At` corrects it: less is network and queueing. */
  clockToleranceMinutes: 55,
  /** Seconds that a run may be reported to last: ten years, beyond which a clock was broken. */
  maxDurationSeconds: 10 * 366 * 86_400,
  /** Uses that one feature event may stand for. */
  maxCount: 1_000_000_000,
  /** Bytes of a project file: ten thousand feature names fit. */
  maxProjectFileBytes: 1024 * 1024,
  /** Bytes of a buffer file that is read: 500 events of the largest size would be damage, not use. */
  maxBufferFileBytes: 4 * 1024 * 1024,
  /** Bytes waiting for one destination; the oldest are dropped beyond it. */
  maxBufferBytes: 10 * 1024 * 1024,
  /** Files waiting for one destination; the oldest are dropped beyond it. */
  maxBufferFiles: 2_000,
  /** Keys in one request to erase: ten years of pseudonyms that change every month. */
  maxErasureKeys: 120,
} as const
