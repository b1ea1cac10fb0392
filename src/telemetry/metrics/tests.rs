use super::*;

fn assert_line(metrics: &Metrics, line: &str) {
    let page = metrics.encode();
    assert!(page.lines().any(|l| l == line), "{line} is not in:\n{page}");
}

#[test]
fn an_rpc_counts_by_its_code_and_takes_its_time() {
    let metrics = Metrics::new();
    metrics.rpc(
        "SessionService",
        "GetSession",
        "OK",
        Duration::from_millis(3),
    );
    metrics.rpc(
        "SessionService",
        "GetSession",
        "NOT_FOUND",
        Duration::from_millis(3),
    );
    assert_line(
        &metrics,
        r#"mediaplane_rpc_requests_total{service="SessionService",method="GetSession",code="NOT_FOUND"} 1"#,
    );
    assert_line(
        &metrics,
        r#"mediaplane_rpc_duration_seconds_count{service="SessionService",method="GetSession"} 2"#,
    );
    assert_line(
        &metrics,
        r#"mediaplane_rpc_duration_seconds_bucket{le="0.0025",service="SessionService",method="GetSession"} 0"#,
    );
}

#[test]
fn a_session_is_counted_where_it_is() {
    let metrics = Metrics::new();
    metrics.session_created("echo", "janus-1");
    metrics.session_entered("echo", "janus-1", "STARTING");
    metrics.session_left("echo", "janus-1", "STARTING");
    metrics.session_entered("echo", "janus-1", "READY");
    metrics.session_answered("echo", "janus-1", Duration::from_millis(20));
    metrics.session_destroyed("USER_STOP");
    for line in [
        r#"mediaplane_sessions_created_total{type="echo",backend="janus-1"} 1"#,
        r#"mediaplane_sessions{type="echo",backend="janus-1",state="STARTING"} 0"#,
        r#"mediaplane_sessions{type="echo",backend="janus-1",state="READY"} 1"#,
        r#"mediaplane_session_create_duration_seconds_count{type="echo",backend="janus-1"} 1"#,
        r#"mediaplane_sessions_destroyed_total{reason="USER_STOP"} 1"#,
    ] {
        assert_line(&metrics, line);
    }
}

#[test]
fn a_backend_has_its_commands_state_and_load() {
    let metrics = Metrics::new();
    let name: Arc<str> = "janus-1".into();
    metrics.backend_command(Arc::clone(&name), "attach", "ok", Duration::from_millis(1));
    metrics.backend_up(Arc::clone(&name), true);
    metrics.backend_up(Arc::clone(&name), false);
    metrics.backend_sessions(name, 7);
    for line in [
        r#"mediaplane_backend_commands_total{backend="janus-1",command="attach",result="ok"} 1"#,
        r#"mediaplane_backend_command_duration_seconds_count{backend="janus-1",command="attach"} 1"#,
        r#"mediaplane_backend_up{backend="janus-1"} 0"#,
        r#"mediaplane_backend_sessions{backend="janus-1"} 7"#,
    ] {
        assert_line(&metrics, line);
    }
}

#[test]
fn a_backend_that_was_never_connected_is_down() {
    let metrics = Metrics::new();
    metrics.backend_up("embedded", true);
    metrics.backend_known("embedded");
    metrics.backend_known("janus-1");
    for line in [
        r#"mediaplane_backend_up{backend="embedded"} 1"#,
        r#"mediaplane_backend_up{backend="janus-1"} 0"#,
        r#"mediaplane_backend_sessions{backend="janus-1"} 0"#,
    ] {
        assert_line(&metrics, line);
    }
}

#[test]
fn queues_tell_what_waits_and_what_was_lost() {
    let metrics = Metrics::new();
    metrics.watcher_opened();
    metrics.watcher_opened();
    metrics.watcher_closed();
    metrics.events_queued(5);
    metrics.events_taken(2);
    metrics.event_gap();
    metrics.history_evicted();
    metrics.candidate_dropped();
    metrics.overloaded("session");
    metrics.recording_begun();
    metrics.recorded(7, 1);
    metrics.upload_pending();
    metrics.uploaded(true);
    for line in [
        "mediaplane_watchers 1",
        "mediaplane_events_pending 3",
        "mediaplane_event_gaps_total 1",
        "mediaplane_history_evictions_total 1",
        "mediaplane_candidates_dropped_total 1",
        r#"mediaplane_overloaded_total{queue="session"} 1"#,
        "mediaplane_recordings 1",
        "mediaplane_recorded_bytes_total 7",
        "mediaplane_recorder_dropped_packets_total 1",
        "mediaplane_uploads_pending 1",
        "mediaplane_uploads_total{result=\"ok\"} 1",
    ] {
        assert_line(&metrics, line);
    }
}

#[test]
fn two_services_share_no_figure() {
    let (one, two) = (Metrics::new(), Metrics::new());
    one.watcher_opened();
    assert_line(&one, "mediaplane_watchers 1");
    assert_line(&two, "mediaplane_watchers 0");
}
