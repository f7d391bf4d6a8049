/// The names of all metrics, those of controller-runtime and client-go where one exists: dashboards know them.
package enum MetricName {
    package static let reconcileTotal = "controller_runtime_reconcile_total"
    package static let reconcileErrors = "controller_runtime_reconcile_errors_total"
    package static let reconcileTimeouts = "controller_runtime_reconcile_timeouts_total"
    package static let reconcileTime = "controller_runtime_reconcile_time_seconds"
    package static let maxConcurrentReconciles = "controller_runtime_max_concurrent_reconciles"
    package static let activeWorkers = "controller_runtime_active_workers"

    package static let queueDepth = "workqueue_depth"
    package static let queueAdds = "workqueue_adds_total"
    package static let queueDuration = "workqueue_queue_duration_seconds"
    package static let workDuration = "workqueue_work_duration_seconds"
    package static let unfinishedWork = "workqueue_unfinished_work_seconds"
    package static let longestRunningProcessor = "workqueue_longest_running_processor_seconds"
    package static let queueRetries = "workqueue_retries_total"

    package static let requests = "rest_client_requests_total"
    package static let requestDuration = "rest_client_request_duration_seconds"

    package static let leaderStatus = "leader_election_master_status"

    package static let informerStaleness = "quartermaster_informer_staleness_seconds"
    package static let resourceCondition = "quartermaster_resource_condition"
    package static let driftCorrected = "quartermaster_drift_corrected_total"
    package static let eventsDropped = "quartermaster_events_dropped_total"
    package static let spansExported = "quartermaster_trace_spans_exported_total"
    package static let spansDropped = "quartermaster_trace_spans_dropped_total"

    package static let backupLastSuccess = "quartermaster_backup_last_success_timestamp_seconds"
    package static let backupLastAttempt = "quartermaster_backup_last_attempt_timestamp_seconds"
    package static let backupLastVerified = "quartermaster_backup_last_verified_timestamp_seconds"
    package static let backupLastDrill = "quartermaster_backup_last_drill_timestamp_seconds"
    package static let backupDrillFailed = "quartermaster_backup_drill_failed"
    package static let backupSize = "quartermaster_backup_size_bytes"
    package static let backupDuration = "quartermaster_backup_duration_seconds"
    package static let backupArtifacts = "quartermaster_backup_artifacts"
    package static let backupConsecutiveFailures = "quartermaster_backup_consecutive_failures"
    package static let backupFresh = "quartermaster_backup_fresh"
    package static let backupNextRun = "quartermaster_backup_next_run_timestamp_seconds"
}
