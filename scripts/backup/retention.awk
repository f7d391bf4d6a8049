# Which artifacts stay: grandfather, father, son. The one place where this is decided, for every destination.
#
# Input: one line an artifact, its stamp (20260131T020000Z, in UTC) first. Output: the same lines in the order newest first,
# each after "keep" or "delete".
# Variables: last hourly daily weekly monthly yearly minKeep. A rule keeps the newest artifact of each of the newest N hours,
# days, ISO weeks, months or years that have one, as `restic forget` does; the newest `minKeep` always stay.

function days(stamp,    y, m, d, era, yoe, doy) {
    y = substr(stamp, 1, 4) + 0; m = substr(stamp, 5, 2) + 0; d = substr(stamp, 7, 2) + 0
    if (m <= 2) y--
    era = int(y / 400); yoe = y - era * 400
    doy = int((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + d - 1
    return era * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + doy - 719468
}

function year_of(day,    y) {
    y = 1970 + int(day / 365.2425)
    while (days((y + 1) "0101") <= day) y++
    while (days(y "0101") > day) y--
    return y
}

# The ISO week is the one of its Thursday.
function week(stamp,    day, thursday, year) {
    day = days(stamp)
    thursday = day - (day + 3) % 7 + 3
    year = year_of(thursday)
    return year "-" int((thursday - days(year "0101")) / 7)
}

function period(rule, stamp) {
    if (rule == "hourly") return substr(stamp, 1, 11)
    if (rule == "daily") return substr(stamp, 1, 8)
    if (rule == "weekly") return week(stamp)
    if (rule == "monthly") return substr(stamp, 1, 6)
    return substr(stamp, 1, 4)
}

$1 ~ /^[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z$/ { line[++count] = $0; stamp[count] = $1 }

END {
    for (i = 2; i <= count; i++) {
        for (j = i; j > 1 && stamp[j] > stamp[j - 1]; j--) {
            held = stamp[j]; stamp[j] = stamp[j - 1]; stamp[j - 1] = held
            held = line[j]; line[j] = line[j - 1]; line[j - 1] = held
        }
    }
    always = last + 0 > minKeep + 0 ? last + 0 : minKeep + 0
    if (always < 1) always = 1
    left["hourly"] = hourly + 0; left["daily"] = daily + 0; left["weekly"] = weekly + 0
    left["monthly"] = monthly + 0; left["yearly"] = yearly + 0
    for (i = 1; i <= count; i++) {
        keep = i <= always
        for (rule in left) {
            if (left[rule] <= 0) continue
            now = period(rule, stamp[i])
            if (now == seen[rule]) continue
            seen[rule] = now
            left[rule]--
            keep = 1
        }
        print (keep ? "keep" : "delete"), line[i]
    }
}
