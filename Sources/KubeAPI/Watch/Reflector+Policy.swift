extension Reflector {
    /// The times and limits of a reflector.
    package struct Policy: Sendable, Hashable {
        /// Items of a page; client-go's number.
        package var pageLimit = 500
        package var usesWatchList = true
        /// A watch from which no byte comes for so long is replaced: the server sends a bookmark each minute, and a proxy
        /// may have dropped the connection without telling. Where nothing happens and the server's store reports no progress,
        /// no bookmark comes either, so silence alone is no fault.
        package var silence: Duration = .seconds(75)
        /// How long the server has to answer the watch that replaces a silent one.
        package var answer: Duration = .seconds(15)
        /// How long initial events may pause, and how long they may take in all, before a list replaces them.
        package var initialSilence: Duration = .seconds(15)
        package var initialLimit: Duration = .seconds(180)
        /// So many initial events in a row that broke off make the reflector list from then on.
        package var brokenInitialEventsLimit = 3
        /// Back-off, before jitter of up to as much again. Source: client-go's reflector.
        package var firstDelay: Duration = .milliseconds(800)
        package var longestDelay: Duration = .seconds(30)
        /// A type that was served is believed to be gone after so many 404s in a row, so long apart at least: a server
        /// that is still starting may not know all its types.
        package var absenceLimit = 3
        package var absenceDelay: Duration = .seconds(3)
        /// So many lists in a row that are older than what was seen are refused.
        package var olderListLimit = 3

        package init() {}
    }
}
