internal import Glibc

/// The terminal that standard output goes to.
enum Terminal {
    /// Its columns; `nil` where standard output is a file or a pipe.
    static var width: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
