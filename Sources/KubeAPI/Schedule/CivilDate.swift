/// A day of the calendar. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
struct CivilDate: Sendable, Hashable {
    var year: Int64
    /// 1 … 12.
    var month: Int
    /// 1 … 31.
    var day: Int
    /// 0 is Sunday.
    var weekday: Int

    init(daysSinceEpoch days: Int64) {
        let shifted = days + 719_468
        let era = (shifted - shifted.modulo(146_097)) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        month = Int(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9)
        day = Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        weekday = Int((days + 4).modulo(7))
    }

    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear - shiftedYear.modulo(400)) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
