/**
 * Room `limits`: what a collector lets strangers use of its memory, processor time and disk, each with its reason.
 *
 * The limits of the wire, which senders keep too, are in `src/protocol/values/limits.ts`. A request beyond a limit gets the
 * status 429 or 503 with `Retry-After`, so its sender keeps the events and tries again. The defaults let through what
 * honest users do at their worst: 5,000 nodes of a cluster behind one address that start a job in the same minute.
 * Read next: `receive/http/server.ts`, which applies most of them.
 */
export const collectorLimits = {
  /** Connections at the same time. An idle one costs 10 KB, so all of them cost 80 MB. */
  maxConnections: 8_192,
  /** Connections of one address (IPv6: /64) at the same time: 5,000 nodes behind one address that report in one second. */
  maxConnectionsOfAddress: 6_144,
  /** Requests on one connection: a proxy reuses its connections, and opens another from time to time. */
  maxRequestsOfConnection: 10_000,
  /** Requests of one connection that are not answered. No client of ours sends one before the answer to the last. */
  maxUnansweredOfConnection: 4,
  /** Bytes of answers that their receivers have not read. Beyond it, the connections that read the slowest are closed. */
  maxUnreadBytes: 64 * 1024 * 1024,
  /** Seconds in which an answer must be read. The largest has some megabytes. */
  unreadSeconds: 60,
  /** Seconds in which the headers of a request must arrive. */
  headerSeconds: 15,
  /** Seconds for which an idle connection stays open: longer than nginx keeps it (60), or a request is lost now and then. */
  idleSeconds: 65,
  /** Seconds between two looks for connections that are too slow. */
  lookSeconds: 5,
  /**
   * Requests of one address (IPv6: /64) in a window: 5,000 nodes behind one address, each with four in ten seconds. So one
   * address uses at most about a third of what a collector can answer.
   */
  requestsOfAddress: {requests: 20_000, seconds: 10},
  /** Addresses that are counted. An address that was not seen for the longest time is forgotten. */
  maxCountedAddresses: 50_000,
  /**
   * Addresses (IPv6: /64) that are told apart when senders share a rate or a room. One address uses up at most half of
   * what others have left. A further address takes the place of the one that was not seen for the longest time.
   */
  maxSharingSources: 4_096,
  /** Bytes of request bodies in memory at the same time, as they arrive: 64 of the largest. One address gets half. */
  maxArrivingBytes: 64 * 1024 * 1024,
  /**
   * Bytes of a body, after decompression, that the accepting thread reads itself: usual reports, and at most two
   * milliseconds whatever they contain.
   */
  maxSmallBytes: 32 * 1024,
  /**
   * Larger bodies that are unpacked or read at the same time: 16 MiB unpacked, and two seconds of work for the thread
   * that reads them, even if each is made to be slow.
   */
  maxLargeBodies: 16,
  /** Megabytes that the thread may use: the costliest body of 1 MiB becomes 60. */
  maxReadingMegabytes: 256,
  /** Values in a body of Mantid: 20 for each of its 1,500 algorithms. */
  maxMantidValues: 30_000,
  /** Bytes of report bodies that wait for a transaction: a burst, written in a fraction of a second. */
  maxWaitingBytes: 16 * 1024 * 1024,
  /** Seconds in which a request must arrive. A slower one is a half-open connection. */
  requestTimeoutSeconds: 30,
  /** Seconds after which a sender may try again. A full queue is written in less time. */
  retryAfterSeconds: 5,
  /** Access requests for one pseudonym: 30,000 records at once, then 500 a second. */
  accessPerUser: {burst: 60, perSecond: 1},
  /** Access requests for all pseudonyms together: guessed keys are counted like others. */
  accessOfAll: {burst: 120, perSecond: 10},
  /** Access requests that are read or wait for their turn. They are read one at a time. */
  maxOpenAccessRequests: 8,
  /** Questions to the store that are answered or wait: those of pages, statistics and people. */
  maxOpenQuestions: 64,
  /**
   * Seconds until a question is answered, with its wait. The largest known store answers a first question over all years
   * in less than 20. After that the thread is ended, and its questions are answered with 503.
   */
  maxQuestionSeconds: 120,
  /**
   * Bytes between the thread that receives datagrams and the thread that stores them: a burst of 60,000 of usual size. A
   * store takes some seconds for it.
   */
  datagramRingBytes: 32 * 1024 * 1024,
  /**
   * Bytes that one source may add to the ring between two looks (half a second) while the ring is more than three
   * quarters full. So a flood of one source leaves a quarter of the ring to all others.
   */
  datagramSourceBytes: 2 * 1024 * 1024,
  /** Sources that are told apart between two looks. Further ones share the bytes of one: it bounds the memory. */
  datagramSources: 4_096,
  /** Milliseconds after which waiting datagrams that nobody reads, or a silent thread, make the collector unready. */
  datagramStillMs: 10_000,
  /**
   * Free bytes below which nothing is stored: a share of the file system, at most this many bytes. A purge, the log of the
   * store and a checkpoint fit into it, so a collector below its floor can still give disk space back.
   */
  minFreeBytes: 256 * 1024 * 1024,
  minFreeShare: 1 / 20,
  /**
   * Bytes of events and values of a project that wait until its project file declares them: some 20,000 events. Beyond
   * it they are refused, so a client cannot fill the store with names of its choice.
   */
  maxPendingBytes: 8 * 1024 * 1024,
  /** Days for which they wait. Then they are refused: senders do not keep events for longer either. */
  maxPendingDays: 30,
  /** Bytes of a store of an earlier program that a start rewrites once: some seconds. */
  maxBytesRewritten: 256 * 1024 * 1024,
  /** Bytes of a store that the start checks in the accepting thread: about a tenth of a second. */
  maxBytesCheckedHere: 16 * 1024 * 1024,
  /** Milliseconds for which a start waits for the check of a larger store: about ten gigabytes on a usual disk. */
  maxStartCheckMs: 10_000,
  /** Milliseconds for which a write waits for the lock of another program. Senders wait longer for an answer. */
  maxLockWaitMs: 2_000,
  /** What a collector keeps on its own disk until a distributed store has it. */
  spool: {
    /** Bytes of reports that wait: ten million events. */
    maxBytes: 4 * 1024 * 1024 * 1024,
    /** Events of a block. Smaller blocks cost the store several times as much for each event. */
    blockEvents: 10_000,
    /** Bytes of a block, which is in memory while it is shipped. */
    blockBytes: 16 * 1024 * 1024,
    /** Milliseconds after which a block is shipped that is not full. */
    shipAfterMs: 1_000,
    /** Milliseconds until a failed try is repeated: at first, and at most. */
    retryMs: {first: 100, most: 10_000},
    /** Milliseconds for which a collector that stops ships what waits. */
    drainMs: 5_000,
  },
  /**
   * Days after which an event of Parsl's and Mantid's own clients is refused. They state the start of a run, and no run
   * lasts longer. Everybody can send them, and every retention is longer: so none reaches a time that is purged.
   */
  maxOldClientAgeDays: 90,
  /** Events before it are refused, also in imports: a date of 1970 is a broken record, and no project is older. */
  earliestTime: '2000-01-01',
  /**
   * Different values that may appear for the first time on one day in one project, by kind. The rest of the day, further
   * new ones are stored as `(other)`; known ones stay themselves. An institute of 300 people, the first day of a
   * collector and a release with 1,500 features fit; a flood of invented values does not. One address may add at most half of them. `field`: values of each
   * declared field that is a pattern or a version.
   */
  maxNewValuesADay: {
    application: 100,
    version: 500,
    commit: 1_000,
    component: 200,
    os_name: 50,
    os_version: 500,
    os_arch: 50,
    os_readable: 500,
    ci: 50,
    agent: 50,
    scheduler: 50,
    feature: 3_000,
    field: 500,
    detail: 500,
    client: 50,
  },
  /** Such values of one kind in a year: tables and pages of that length can still be read and drawn. */
  maxNewValuesAYear: 10_000,
  /** Such values of one kind on a day, if those of the year are used up: the releases of a project stay visible. */
  newValuesADayBeyondYear: 20,
  /**
   * Events of one project: two million at once (5,000 nodes that run 100 programs of 4 events each), then 2,000 a second.
   * So a flood for one project leaves disk and processor time to the others.
   */
  eventsOfProject: {burst: 2_000_000, perSecond: 2_000},
  /** Erasures that have something to erase: an institute of 300 people at once. Each reads all tables. */
  erasures: {burst: 300, perSecond: 1},
  /** Requests to erase what nobody has: nothing is stored under their keys, or it was erased before. */
  erasuresOfNobody: {burst: 300, perSecond: 10},
} as const
