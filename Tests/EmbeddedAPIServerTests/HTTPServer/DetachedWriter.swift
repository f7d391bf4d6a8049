import Glibc
import KubeAPI

/// Writes numbers to a stream from a thread that is not the server's.
enum DetachedWriter {
    private final class Job {
        let numbers: ClosedRange<Int>
        let responder: HTTPResponder

        init(_ numbers: ClosedRange<Int>, _ responder: HTTPResponder) {
            self.numbers = numbers
            self.responder = responder
        }
    }

    static func write(_ numbers: ClosedRange<Int>, to responder: HTTPResponder) {
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job(numbers, responder))
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
                for number in job.numbers { job.responder.write(Array("\(number)\n".utf8)) }
                job.responder.finish()
                return nil
            }, job.toOpaque())
        pthread_detach(thread)
    }
}
