/**
 * All limits of the wire and of the buffer, each with its reason. The sender and the collector enforce the same
 * numbers, so a sender never makes a report that is too large for a collector.
 */
export const limits = {
  /** Bytes of a report after decompression, counted while it streams in: the memory of a collector for one request. */
  maxBodyBytes: 1024 * 1024,
  /** Bytes of a report that a sender makes: half of `maxBodyBytes`, so that a 413 means a misconfigured proxy. */
  maxReportBytes: 512 * 1024,
  /** Bytes of a datagram that a sender makes: usual networks do not split it. A collector also reads larger ones. */
  maxDatagramBytes: 1_200,
  /** Events in one report or one buffer file: usual events of this number fit into `maxReportBytes`. */
  maxEventsPerReport: 500,
  /** Bytes of one event as JSON: 64 fields with names and values of usual length fit. */
  maxEventBytes: 8 * 1024,
  /** UTF-16 code units of a string without its own limit: longer ones are free text, which is never collected. */
  maxStringLength: 256,
  /** Nesting levels of a report (report, events, event, fields): more is an attack or a mistake. */
  maxDepth: 4,
  /** Declared fields, or details of a feature: a project with more collects too much. */
  maxFields: 64,
  /**
   * UTF-16 code units of a feature name: a path through an interface fits, such as
   * `Reflectometry->MainWindow->CloseBatch`.
   */
  maxFeatureNameLength: 128,
  /** Declared feature names: Mantid, the largest known user, has about 1,500 algorithms. */
  maxDeclaredFeatures: 10_000,
  /** Days after which an event is neither sent nor accepted: answers about its time were already given. */
  maxEventAgeDays: 30,
  /** Minutes by which a clock may be wrong before `Usage-Sent-At` corrects it: less may be network delay. */
  clockToleranceMinutes: 55,
  /** Seconds of a duration: ten years. A longer one means a broken clock. */
  maxDurationSeconds: 10 * 366 * 86_400,
  /**
   * The finest scale of `timings` that a client sends: 32 buckets for each factor of two, so the middle of a bucket is
   * at most 1.1 % from each of its durations.
   */
  timingScale: 5,
  /** The finest scale of `timings` that is read: the finest of OpenTelemetry. */
  maxTimingScale: 20,
  /** Buckets of `timings`: OpenTelemetry's number. At scale 5 they reach from a millisecond to 32 milliseconds. */
  maxTimingBuckets: 160,
  /** Seconds of the shortest duration in a bucket: clocks count in nanoseconds. A shorter one counts as zero. */
  leastTimedSeconds: 1e-9,
  /** Uses that one feature event can count. */
  maxLiveCount: 1_000_000_000,
  /** Uses of one feature event in data that are imported: what a number of JSON holds exactly. */
  maxCount: Number.MAX_SAFE_INTEGER,
  /** Bytes of a project file: ten thousand feature names fit. */
  maxProjectFileBytes: 1024 * 1024,
  /** Bytes of a buffer file that is read: 500 usual events fit. A larger file is damaged. */
  maxBufferFileBytes: 4 * 1024 * 1024,
  /** Bytes in the buffer of one destination. Beyond it, the oldest files are dropped. */
  maxBufferBytes: 10 * 1024 * 1024,
  /** Files in the buffer of one destination. Beyond it, the oldest are dropped. */
  maxBufferFiles: 2_000,
  /** Keys in one erasure request: ten years of monthly pseudonyms. */
  maxErasureKeys: 120,
  /** Bytes of an access request: a key and a cursor fit many times. */
  maxAccessRequestBytes: 1024,
  /** Records on one page of an answer to an access request. */
  maxAccessRecords: 500,
  /** Bytes of the records on one page: a page is full when it exceeds them, so one record may be longer. */
  maxAccessPageBytes: 1024 * 1024,
  /** Nesting levels of such a page (page, groups, group, records, record, event, timings, counts), with one for the future. */
  maxAccessDepth: 9,
} as const
