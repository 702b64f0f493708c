//! The tables as diesel sees them; both migrations make the same columns.

diesel::table! {
    boards (board_id) {
        board_id -> BigInt,
        name -> Text,
        day_start_minute -> Integer,
        minimum_receipt_vnd -> BigInt,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    board_heads (board_id) {
        board_id -> BigInt,
        event_seq -> BigInt,
        registry_version -> BigInt,
        indexed_seq -> BigInt,
        last_rolled_day -> Integer,
    }
}

diesel::table! {
    audit_entries (board_id, seq) {
        board_id -> BigInt,
        seq -> BigInt,
        entry -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_heads (board_id) {
        board_id -> BigInt,
        seq -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    payer_years (year) {
        year -> Integer,
        sealed -> Binary,
    }
}

diesel::table! {
    payer_turns (board_id, payer_key) {
        board_id -> BigInt,
        payer_key -> BigInt,
        before_key -> BigInt,
    }
}

diesel::table! {
    id_leases (instance) {
        instance -> Integer,
        holder -> Text,
        expires_at_ms -> BigInt,
        high_water_ms -> BigInt,
    }
}

diesel::table! {
    key_checks (name) {
        name -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    api_key_routes (key_hash) {
        key_hash -> Text,
        board_id -> BigInt,
        key_id -> BigInt,
    }
}

diesel::table! {
    feed_routes (feed_id) {
        feed_id -> BigInt,
        board_id -> BigInt,
    }
}

diesel::table! {
    api_keys (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        name -> Text,
        permissions -> Text,
        created_at_ms -> BigInt,
        revoked_at_ms -> Nullable<BigInt>,
        prefix -> Nullable<Text>,
        expires_at_ms -> Nullable<BigInt>,
        last_used_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (board_id, key_id, idempotency_key) {
        board_id -> BigInt,
        key_id -> BigInt,
        idempotency_key -> Text,
        request_hash -> Text,
        status -> Integer,
        body -> Text,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    markets (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        name -> Text,
        commune -> Text,
        province -> Text,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    market_looks (board_id, market_id) {
        board_id -> BigInt,
        market_id -> BigInt,
        accent_colour -> Text,
        logo_kind -> Nullable<Text>,
        logo -> Nullable<Binary>,
        logo_width_px -> Nullable<Integer>,
        logo_height_px -> Nullable<Integer>,
    }
}

diesel::table! {
    calendar_rules (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        kind -> Text,
        iso_weekday -> Nullable<Integer>,
        lunar_day -> Nullable<Integer>,
        from_day -> Nullable<Integer>,
        to_day -> Nullable<Integer>,
    }
}

diesel::table! {
    sections (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        name -> Text,
        position -> Integer,
    }
}

diesel::table! {
    neighbourhoods (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        kind -> Text,
        name -> Text,
        aliases -> Text,
        from_day -> Nullable<Integer>,
        to_day -> Nullable<Integer>,
    }
}

diesel::table! {
    stalls (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        section_id -> BigInt,
        code -> Text,
        code_key -> Text,
        goods -> Text,
        wholesale -> Bool,
        size_class -> Text,
        position -> Integer,
        closed_day -> Nullable<Integer>,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    vendors (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        name -> Text,
        phone -> Nullable<Text>,
        neighbourhood_id -> Nullable<BigInt>,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    occupancies (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        stall_id -> BigInt,
        vendor_id -> BigInt,
        from_day -> Integer,
        to_day -> Nullable<Integer>,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    absences (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        occupancy_id -> BigInt,
        kind -> Text,
        from_day -> Integer,
        to_day -> Nullable<Integer>,
    }
}

diesel::table! {
    accounts (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        bin -> Text,
        kind -> Text,
        use_kind -> Text,
        holder_name -> Text,
        relation -> Text,
        keeps_outgoing -> Bool,
        created_at_ms -> BigInt,
        closed_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    receiving_numbers (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        account_id -> BigInt,
        bin -> Text,
        kind -> Text,
        number -> Text,
    }
}

diesel::table! {
    account_links (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        occupancy_id -> BigInt,
        account_id -> BigInt,
        from_day -> Integer,
        to_day -> Nullable<Integer>,
    }
}

diesel::table! {
    account_verifications (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        account_id -> BigInt,
        method -> Text,
        shown_name -> Nullable<Text>,
        passed -> Bool,
        verified_by -> Text,
        verified_at_ms -> BigInt,
    }
}

diesel::table! {
    codes (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        occupancy_id -> BigInt,
        account_id -> BigInt,
        number_id -> BigInt,
        source -> Text,
        reference -> Nullable<Text>,
        payload -> Text,
        check_code -> Text,
        issued_at_ms -> BigInt,
        revoked_at_ms -> Nullable<BigInt>,
        revoked_because -> Nullable<Text>,
        replaces_code_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    code_checks (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        stall_id -> BigInt,
        occupancy_id -> Nullable<BigInt>,
        way -> Text,
        result -> Text,
        card_id -> Nullable<BigInt>,
        is_open -> Bool,
        checked_by -> Text,
        checked_at_ms -> BigInt,
        is_crowded -> Bool,
    }
}

diesel::table! {
    code_check_symbols (board_id, check_id, position) {
        board_id -> BigInt,
        check_id -> BigInt,
        position -> Integer,
        payload -> Text,
        verdict -> Text,
        remarks -> Text,
        code_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        other_code_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    other_codes (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        occupancy_id -> BigInt,
        scheme -> Text,
        payload -> Text,
        holder_name -> Text,
        confirmed_by -> Text,
        registered_at_ms -> BigInt,
        revoked_at_ms -> Nullable<BigInt>,
        revoked_because -> Nullable<Text>,
    }
}

diesel::table! {
    code_scans (board_id, check_id, code_id) {
        board_id -> BigInt,
        check_id -> BigInt,
        code_id -> BigInt,
        is_right -> Bool,
        checked_at_ms -> BigInt,
    }
}

diesel::table! {
    code_check_places (board_id, check_id) {
        board_id -> BigInt,
        check_id -> BigInt,
        note -> Nullable<Text>,
        latitude_mdeg -> Nullable<Integer>,
        longitude_mdeg -> Nullable<Integer>,
    }
}

diesel::table! {
    consents (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        vendor_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        purpose -> Text,
        given_by -> Text,
        given_at_ms -> BigInt,
        withdrawn_at_ms -> Nullable<BigInt>,
        feed_id -> Nullable<BigInt>,
        wording -> Nullable<Text>,
        recorded_by -> Nullable<BigInt>,
        withdrawn_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    reference_claims (board_id, reference) {
        board_id -> BigInt,
        reference -> Text,
        target_kind -> Text,
        target_id -> BigInt,
        claimed_at_ms -> BigInt,
    }
}

diesel::table! {
    requests (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        occupancy_id -> BigInt,
        account_id -> BigInt,
        number_id -> BigInt,
        kind -> Text,
        amount_vnd -> BigInt,
        purpose -> Text,
        reference -> Text,
        payload -> Text,
        order_feed_id -> Nullable<BigInt>,
        order_code -> Nullable<Text>,
        created_by -> BigInt,
        created_at_ms -> BigInt,
        expires_at_ms -> BigInt,
        cancelled_at_ms -> Nullable<BigInt>,
        received_vnd -> BigInt,
        last_paid_at_ms -> Nullable<BigInt>,
        late_vnd -> BigInt,
        thousandfold_count -> BigInt,
        payment_count -> BigInt,
        whole_count -> BigInt,
        given_back_vnd -> BigInt,
        was_paid -> Bool,
    }
}

diesel::table! {
    feeds (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        provider -> Text,
        name -> Text,
        config -> Text,
        created_at_ms -> BigInt,
        disabled_at_ms -> Nullable<BigInt>,
        subscriber -> Nullable<Text>,
        monthly_cost_vnd -> Nullable<BigInt>,
        sees -> Text,
    }
}

diesel::table! {
    feed_secrets (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        feed_id -> BigInt,
        sealed -> Binary,
        created_at_ms -> BigInt,
        expires_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    feed_accounts (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        feed_id -> BigInt,
        account_id -> BigInt,
        source -> Text,
        from_day -> Integer,
        to_day -> Nullable<Integer>,
        is_paused -> Bool,
        memo_word -> Nullable<Text>,
    }
}

diesel::table! {
    erasures (board_id) {
        board_id -> BigInt,
        up_to_delivery_id -> BigInt,
    }
}

diesel::table! {
    kept_bodies (board_id, delivery_id) {
        board_id -> BigInt,
        delivery_id -> BigInt,
    }
}

diesel::table! {
    deliveries (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        feed_id -> BigInt,
        received_at_ms -> BigInt,
        outcome -> Text,
        headers -> Text,
        body -> Nullable<Binary>,
    }
}

diesel::table! {
    delivery_replays (board_id, delivery_id) {
        board_id -> BigInt,
        delivery_id -> BigInt,
        became_id -> BigInt,
    }
}

diesel::table! {
    delivery_dismissals (board_id, delivery_id) {
        board_id -> BigInt,
        delivery_id -> BigInt,
        dismissed_by -> BigInt,
        dismissed_at_ms -> BigInt,
        why -> Text,
    }
}

diesel::table! {
    refused_deliveries (board_id, feed_id, number) {
        board_id -> BigInt,
        feed_id -> BigInt,
        number -> BigInt,
        received_at_ms -> BigInt,
        reason -> Text,
        headers -> Text,
        presented_key -> Nullable<BigInt>,
        body -> Binary,
        is_truncated -> Bool,
        is_money -> Bool,
        dismissed_by -> Nullable<BigInt>,
        dismissed_at_ms -> Nullable<BigInt>,
        why -> Nullable<Text>,
    }
}

diesel::table! {
    sightings (board_id, namespace, provider_id) {
        board_id -> BigInt,
        namespace -> Text,
        provider_id -> Text,
        feed_id -> BigInt,
        delivery_id -> BigInt,
        item -> Integer,
        transfer_id -> Nullable<BigInt>,
        fields_digest -> BigInt,
    }
}

diesel::table! {
    sighting_conflicts (board_id, namespace, provider_id, fields_digest) {
        board_id -> BigInt,
        namespace -> Text,
        provider_id -> Text,
        fields_digest -> BigInt,
        delivery_id -> BigInt,
        item -> Integer,
        id -> BigInt,
        verdict -> Nullable<Text>,
        decided_by -> Nullable<BigInt>,
        decided_at_ms -> Nullable<BigInt>,
        note -> Nullable<Text>,
        first_delivery_id -> Nullable<BigInt>,
        first_transfer_id -> Nullable<BigInt>,
        own_transfer_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    mark_reviews (board_id, transfer_id, seq) {
        board_id -> BigInt,
        transfer_id -> BigInt,
        seq -> Integer,
        reviewed_by -> BigInt,
        reviewed_at_ms -> BigInt,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    account_sources (board_id, account_id, sender) {
        board_id -> BigInt,
        account_id -> BigInt,
        sender -> Text,
        feed_id -> BigInt,
        first_seen_ms -> BigInt,
    }
}

diesel::table! {
    suspected_pairs (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        transfer_id -> BigInt,
        sender -> Text,
        namespace -> Text,
        provider_id -> Text,
        feed_id -> BigInt,
        delivery_id -> BigInt,
        item -> Integer,
        occurred_at_ms -> BigInt,
        occurred_precision -> Text,
        day -> Integer,
        is_matched -> Bool,
        attribution_seq -> Nullable<Integer>,
        recorded_at_ms -> BigInt,
        verdict -> Nullable<Text>,
        resolved_at_ms -> Nullable<BigInt>,
        decided_by -> Nullable<BigInt>,
        own_transfer_id -> Nullable<BigInt>,
        is_certain -> Bool,
        likeness -> Nullable<Text>,
        account_id -> BigInt,
    }
}

diesel::table! {
    feed_polls (board_id, feed_id) {
        board_id -> BigInt,
        feed_id -> BigInt,
        api -> Text,
        base_url -> Nullable<Text>,
        accounts -> Text,
        interval_s -> Integer,
        from_day -> Integer,
        key_sealed -> Nullable<Binary>,
        key_set_at_ms -> BigInt,
        next_run_at_ms -> BigInt,
        leased_until_ms -> BigInt,
        lease_term -> BigInt,
        last_run_at_ms -> Nullable<BigInt>,
        last_success_at_ms -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        last_error_status -> Nullable<Integer>,
        last_error_at_ms -> Nullable<BigInt>,
        failure_count -> Integer,
        ended_at_ms -> Nullable<BigInt>,
        last_read_from_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    poll_cursors (board_id, feed_id, account) {
        board_id -> BigInt,
        feed_id -> BigInt,
        account -> Text,
        cursor -> Nullable<Text>,
        head -> Nullable<Text>,
        head_seen_at_ms -> BigInt,
        reread_at_ms -> Nullable<BigInt>,
        tried_at_ms -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        last_error_status -> Nullable<Integer>,
    }
}

diesel::table! {
    poll_days (board_id, feed_id, account, day) {
        board_id -> BigInt,
        feed_id -> BigInt,
        account -> Text,
        day -> Integer,
        last_success_ms -> BigInt,
    }
}

diesel::table! {
    listed_deliveries (board_id, delivery_id) {
        board_id -> BigInt,
        delivery_id -> BigInt,
    }
}

diesel::table! {
    strays (board_id, number, transfer_id) {
        board_id -> BigInt,
        number -> Text,
        transfer_id -> BigInt,
    }
}

diesel::table! {
    phone_devices (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        feed_id -> BigInt,
        name -> Text,
        paired_at_ms -> BigInt,
        last_seen_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    phone_silences (board_id, device_id, from_ms) {
        board_id -> BigInt,
        device_id -> BigInt,
        from_ms -> BigInt,
        to_ms -> BigInt,
    }
}

diesel::table! {
    phone_pairing_codes (board_id, feed_id, name) {
        board_id -> BigInt,
        feed_id -> BigInt,
        name -> Text,
        proof -> BigInt,
        device_name -> Text,
        expires_at_ms -> BigInt,
        attempts_left -> Integer,
    }
}

diesel::table! {
    phone_templates (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        app -> Text,
        app_key -> Text,
        version -> Integer,
        replaces_id -> Nullable<BigInt>,
        bin -> Text,
        direction -> Nullable<Text>,
        pattern -> Text,
        example -> Nullable<Text>,
        created_at_ms -> BigInt,
        retired_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    phone_texts (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        feed_id -> BigInt,
        device_id -> BigInt,
        app -> Text,
        title -> Text,
        text -> Text,
        digest -> BigInt,
        posted_at_ms -> BigInt,
        received_at_ms -> BigInt,
        dismissed_by -> Nullable<BigInt>,
        dismissed_at_ms -> Nullable<BigInt>,
        dismissed_why -> Nullable<Text>,
    }
}

diesel::table! {
    phone_texts_lost (board_id, feed_id) {
        board_id -> BigInt,
        feed_id -> BigInt,
        lost_count -> BigInt,
        first_received_at_ms -> BigInt,
        last_received_at_ms -> BigInt,
        dismissed_by -> Nullable<BigInt>,
        dismissed_at_ms -> Nullable<BigInt>,
        dismissed_why -> Nullable<Text>,
    }
}

diesel::table! {
    phone_tellings (board_id, words, posted_at_ms, device_id, app_key) {
        board_id -> BigInt,
        words -> Text,
        device_id -> BigInt,
        app_key -> Text,
        posted_at_ms -> BigInt,
        first_told_ms -> BigInt,
    }
}

diesel::table! {
    transfers (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        account_id -> BigInt,
        feed_id -> BigInt,
        delivery_id -> BigInt,
        item -> Integer,
        direction -> Text,
        amount_vnd -> BigInt,
        occurred_at_ms -> BigInt,
        occurred_precision -> Text,
        day -> Integer,
        recorded_at_ms -> BigInt,
        evidence -> Text,
        fingerprint -> BigInt,
        occupancy_id -> BigInt,
        code_id -> Nullable<BigInt>,
        request_id -> Nullable<BigInt>,
        class -> Text,
        rule -> Text,
        minimum_receipt_vnd -> BigInt,
        wrong_amount -> Bool,
        payer_key -> Nullable<BigInt>,
    }
}

diesel::table! {
    class_rules (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        occupancy_id -> BigInt,
        kind -> Text,
        value -> Text,
        class -> Text,
        created_by -> BigInt,
        created_at_ms -> BigInt,
        ended_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    stall_links (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        occupancy_id -> BigInt,
        kind -> Text,
        name -> Text,
        shows_payer -> Bool,
        created_by -> BigInt,
        created_at_ms -> BigInt,
        revoked_at_ms -> Nullable<BigInt>,
        printed_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    stall_link_routes (token_hash) {
        token_hash -> Text,
        board_id -> BigInt,
        link_id -> BigInt,
    }
}

diesel::table! {
    listeners (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        link_id -> BigInt,
        name -> Text,
        opened_at_ms -> BigInt,
        last_seen_at_ms -> BigInt,
        muted_at_ms -> Nullable<BigInt>,
        revoked_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    listener_routes (token_hash) {
        token_hash -> Text,
        board_id -> BigInt,
        listener_id -> BigInt,
    }
}

diesel::table! {
    owner_pins (board_id, link_id) {
        board_id -> BigInt,
        link_id -> BigInt,
        pin_hash -> Text,
        chosen_by -> BigInt,
        chosen_at_ms -> BigInt,
        wrong_count -> BigInt,
        wrong_since_ms -> BigInt,
    }
}

diesel::table! {
    owner_phones (board_id, listener_id) {
        board_id -> BigInt,
        listener_id -> BigInt,
        wrong_count -> BigInt,
        wrong_at_ms -> BigInt,
        proved_at_ms -> Nullable<BigInt>,
        session_hash -> Nullable<Text>,
        session_until_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    voices (region) {
        region -> Text,
        content -> Text,
        imported_at_ms -> BigInt,
    }
}

diesel::table! {
    cash_answers (board_id, occupancy_id, day, seq) {
        board_id -> BigInt,
        occupancy_id -> BigInt,
        day -> Integer,
        seq -> Integer,
        kind -> Text,
        cash_vnd -> Nullable<BigInt>,
        transfer_vnd -> Nullable<BigInt>,
        answered_by -> BigInt,
        answered_at_ms -> BigInt,
    }
}

diesel::table! {
    transfer_index (board_id, subject_id, transfer_id) {
        board_id -> BigInt,
        subject_id -> BigInt,
        transfer_id -> BigInt,
    }
}

diesel::table! {
    attribution_lines (board_id, transfer_id, seq, line) {
        board_id -> BigInt,
        transfer_id -> BigInt,
        seq -> Integer,
        line -> Integer,
        occupancy_id -> BigInt,
        code_id -> Nullable<BigInt>,
        request_id -> Nullable<BigInt>,
        class -> Text,
        amount_vnd -> BigInt,
        rule -> Text,
        decided_by -> Nullable<BigInt>,
        recorded_at_ms -> BigInt,
        why -> Nullable<Text>,
        proposed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    surplus_words (board_id, request_id, transfer_id, seq) {
        board_id -> BigInt,
        request_id -> BigInt,
        transfer_id -> BigInt,
        seq -> Integer,
        settled_vnd -> BigInt,
    }
}

diesel::table! {
    link_changes (board_id, account_id) {
        board_id -> BigInt,
        account_id -> BigInt,
        from_day -> Integer,
        after_transfer_id -> BigInt,
        event_seq -> BigInt,
        changed_by -> BigInt,
        changed_at_ms -> BigInt,
    }
}

diesel::table! {
    assignment_proposals (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        transfer_id -> BigInt,
        lines -> Text,
        why -> Text,
        proposed_by -> BigInt,
        proposed_at_ms -> BigInt,
        state -> Text,
        decided_by -> Nullable<BigInt>,
        decided_at_ms -> Nullable<BigInt>,
        decided_why -> Nullable<Text>,
    }
}

diesel::table! {
    refunds (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        original_id -> BigInt,
        outgoing_id -> BigInt,
        is_declared -> Bool,
        class -> Text,
        amount_vnd -> BigInt,
        occupancy_id -> Nullable<BigInt>,
        why -> Nullable<Text>,
        linked_by -> BigInt,
        linked_at_ms -> BigInt,
        declared_id -> Nullable<BigInt>,
        undone_by -> Nullable<BigInt>,
        undone_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    unassigned (board_id, transfer_id) {
        board_id -> BigInt,
        transfer_id -> BigInt,
        account_id -> BigInt,
        feed_id -> BigInt,
        day -> Integer,
        reason -> Text,
        memo -> Nullable<Text>,
        payer_name -> Nullable<Text>,
        proposed_request_id -> Nullable<BigInt>,
        recorded_at_ms -> BigInt,
        resolved_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    day_totals (board_id, day, occupancy_id, account_id) {
        board_id -> BigInt,
        day -> Integer,
        occupancy_id -> BigInt,
        account_id -> BigInt,
        sale_count -> BigInt,
        sale_vnd -> BigInt,
        debt_repayment_count -> BigInt,
        debt_repayment_vnd -> BigInt,
        deposit_count -> BigInt,
        deposit_vnd -> BigInt,
        fee_count -> BigInt,
        fee_vnd -> BigInt,
        personal_count -> BigInt,
        personal_vnd -> BigInt,
        cash_out_count -> BigInt,
        cash_out_vnd -> BigInt,
        supplier_count -> BigInt,
        supplier_vnd -> BigInt,
        refund_count -> BigInt,
        refund_vnd -> BigInt,
        reversal_count -> BigInt,
        reversal_vnd -> BigInt,
        test_count -> BigInt,
        test_vnd -> BigInt,
        unclassified_count -> BigInt,
        unclassified_vnd -> BigInt,
        small_count -> BigInt,
        small_vnd -> BigInt,
        named_count -> BigInt,
        wrong_amount_count -> BigInt,
    }
}

diesel::table! {
    receipt_logs (board_id, day, occupancy_id, account_id) {
        board_id -> BigInt,
        day -> Integer,
        occupancy_id -> BigInt,
        account_id -> BigInt,
        log -> Text,
    }
}

diesel::table! {
    rolled_totals (board_id, from_day, to_day, occupancy_id, account_id) {
        board_id -> BigInt,
        from_day -> Integer,
        to_day -> Integer,
        occupancy_id -> BigInt,
        account_id -> BigInt,
        receipt_count -> BigInt,
        receipt_vnd -> BigInt,
        unclassified_count -> BigInt,
        unclassified_vnd -> BigInt,
        returned_vnd -> BigInt,
        named_count -> BigInt,
        wrong_amount_count -> BigInt,
        receipt_days -> BigInt,
        possible_days -> BigInt,
        histogram -> Binary,
    }
}

diesel::table! {
    rolled_pieces (board_id, from_day, to_day) {
        board_id -> BigInt,
        from_day -> Integer,
        to_day -> Integer,
    }
}

diesel::table! {
    payer_days (board_id, day, occupancy_id, payer_key) {
        board_id -> BigInt,
        day -> Integer,
        occupancy_id -> BigInt,
        payer_key -> BigInt,
        receipt_count -> BigInt,
    }
}

diesel::table! {
    feed_days (board_id, feed_id, day) {
        board_id -> BigInt,
        feed_id -> BigInt,
        day -> Integer,
        delivery_count -> BigInt,
        duplicate_count -> BigInt,
        undecodable_count -> BigInt,
        incoming_count -> BigInt,
        matched_count -> BigInt,
        latency_0 -> BigInt,
        latency_1 -> BigInt,
        latency_2 -> BigInt,
        latency_3 -> BigInt,
        latency_4 -> BigInt,
        latency_5 -> BigInt,
        latency_6 -> BigInt,
        latency_7 -> BigInt,
        latency_8 -> BigInt,
        latency_9 -> BigInt,
        last_received_at_ms -> BigInt,
    }
}

diesel::table! {
    feed_bank_days (board_id, feed_id, bin, day) {
        board_id -> BigInt,
        feed_id -> BigInt,
        bin -> Text,
        day -> Integer,
        least_account_id -> BigInt,
        greatest_account_id -> BigInt,
    }
}

diesel::table! {
    event_pages (board_id, last_seq) {
        board_id -> BigInt,
        last_seq -> BigInt,
        first_seq -> BigInt,
        recorded_at_ms -> BigInt,
        events -> Text,
    }
}

diesel::table! {
    statements (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        account_id -> BigInt,
        feed_id -> Nullable<BigInt>,
        uploaded_by -> BigInt,
        uploaded_at_ms -> BigInt,
        state -> Text,
        format -> Text,
        layout -> Text,
        asks -> Text,
        stated_from_day -> Nullable<Integer>,
        stated_to_day -> Nullable<Integer>,
        printed_day -> Nullable<Integer>,
        first_day -> Nullable<Integer>,
        last_day -> Nullable<Integer>,
        row_count -> BigInt,
        new_count -> BigInt,
        known_count -> BigInt,
        reported_count -> BigInt,
        unreadable_count -> BigInt,
        dropped_count -> BigInt,
        failed_count -> BigInt,
        committed_at_ms -> Nullable<BigInt>,
        finished_at_ms -> Nullable<BigInt>,
        done_count -> BigInt,
        recorded_count -> BigInt,
        linked_count -> BigInt,
        doubtful_count -> BigInt,
        unread_sheets -> Text,
        names_account -> Bool,
        done_part -> Integer,
        repeated_count -> BigInt,
    }
}

diesel::table! {
    statement_leases (board_id, account_id) {
        board_id -> BigInt,
        account_id -> BigInt,
        leased_until_ms -> BigInt,
        term -> BigInt,
    }
}

diesel::table! {
    statement_parts (board_id, statement_id, part) {
        board_id -> BigInt,
        statement_id -> BigInt,
        part -> Integer,
        states -> Text,
        body -> Binary,
    }
}

diesel::table! {
    statement_unreadable (board_id, statement_id, row_number) {
        board_id -> BigInt,
        statement_id -> BigInt,
        row_number -> Integer,
        field -> Text,
        because -> Text,
        day -> Nullable<Integer>,
    }
}

diesel::table! {
    statement_layouts (board_id, layout) {
        board_id -> BigInt,
        layout -> Text,
        headings -> Text,
        mapping -> Nullable<Text>,
        changed_at_ms -> BigInt,
        changed_by -> BigInt,
    }
}

diesel::table! {
    statement_days (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        account_id -> BigInt,
        statement_id -> BigInt,
        from_day -> Integer,
        to_day -> Integer,
        recorded_at_ms -> BigInt,
    }
}

diesel::table! {
    books (board_id, occupancy_id, month) {
        board_id -> BigInt,
        occupancy_id -> BigInt,
        month -> Integer,
        content -> Text,
        seen -> Text,
        locked_by -> BigInt,
        locked_at_ms -> BigInt,
    }
}

diesel::table! {
    teams (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        name -> Text,
        section_ids -> Text,
        neighbourhood_ids -> Text,
        members -> Text,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    visit_rounds (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        team_id -> Nullable<BigInt>,
        day -> Integer,
        capacity -> Integer,
        as_of -> Integer,
        created_by -> BigInt,
        created_at_ms -> BigInt,
        drawn_from -> Text,
        lot_carry -> Integer,
    }
}

diesel::table! {
    visits (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        round_id -> Nullable<BigInt>,
        place -> Integer,
        occupancy_id -> BigInt,
        reasons -> Text,
        score -> BigInt,
        is_drawn -> Bool,
        report_id -> Nullable<BigInt>,
        client_id -> Nullable<Text>,
    }
}

diesel::table! {
    visit_reports (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        visit_id -> BigInt,
        outcome -> Text,
        obstacle -> Nullable<Text>,
        taught -> Text,
        note -> Nullable<Text>,
        visited_by -> Text,
        visited_day -> Integer,
        lifts_refusal -> Bool,
        phone_at_ms -> Nullable<BigInt>,
        recorded_by -> Nullable<BigInt>,
        recorded_at_ms -> BigInt,
    }
}

diesel::table! {
    users (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        login -> Text,
        name -> Text,
        role -> Text,
        sections -> Text,
        password_hash -> Text,
        totp_sealed -> Nullable<Binary>,
        totp_since_ms -> Nullable<BigInt>,
        totp_step -> BigInt,
        created_at_ms -> BigInt,
        disabled_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    user_login_routes (login_key) {
        login_key -> Text,
        board_id -> BigInt,
        user_id -> BigInt,
    }
}

diesel::table! {
    user_recovery_codes (board_id, user_id, code_hash) {
        board_id -> BigInt,
        user_id -> BigInt,
        code_hash -> Text,
    }
}

diesel::table! {
    user_invitations (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        name -> Text,
        role -> Text,
        sections -> Text,
        created_by -> BigInt,
        created_at_ms -> BigInt,
        expires_at_ms -> BigInt,
        used_by -> Nullable<BigInt>,
        used_at_ms -> Nullable<BigInt>,
        revoked_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    user_invitation_routes (token_hash) {
        token_hash -> Text,
        board_id -> BigInt,
        invitation_id -> BigInt,
    }
}

diesel::table! {
    user_sessions (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        is_proved -> Bool,
        wrong_count -> Integer,
        began_at_ms -> BigInt,
        last_seen_at_ms -> BigInt,
    }
}

diesel::table! {
    user_session_routes (token_hash) {
        token_hash -> Text,
        board_id -> BigInt,
        session_id -> BigInt,
    }
}

diesel::table! {
    cash_plans (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        from_day -> Integer,
        to_day -> Integer,
        stalls -> Integer,
        days_each -> Integer,
        as_of -> Integer,
        frame -> Text,
        open_days -> Text,
        created_by -> BigInt,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    cash_draws (board_id, plan_id, occupancy_id, day) {
        board_id -> BigInt,
        plan_id -> BigInt,
        occupancy_id -> BigInt,
        day -> Integer,
    }
}

diesel::table! {
    cash_counts (board_id, plan_id, occupancy_id, day, seq) {
        board_id -> BigInt,
        plan_id -> BigInt,
        occupancy_id -> BigInt,
        day -> Integer,
        seq -> Integer,
        outcome -> Text,
        cash_vnd -> Nullable<BigInt>,
        counted_by -> Text,
        recorded_by -> BigInt,
        recorded_at_ms -> BigInt,
    }
}

diesel::table! {
    tallies (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        client_id -> Text,
        occupancy_id -> BigInt,
        day -> Integer,
        counted_by -> Text,
        started_at_ms -> BigInt,
        ended_at_ms -> Nullable<BigInt>,
        recorded_by -> BigInt,
        recorded_at_ms -> BigInt,
    }
}

diesel::table! {
    tally_presses (board_id, tally_id, client_id) {
        board_id -> BigInt,
        tally_id -> BigInt,
        client_id -> Text,
        kind -> Text,
        pressed_at_ms -> BigInt,
        is_void -> Bool,
    }
}

diesel::table! {
    published_reports (board_id, id) {
        board_id -> BigInt,
        id -> BigInt,
        market_id -> BigInt,
        from_day -> Integer,
        to_day -> Integer,
        published_by -> Text,
        key_id -> BigInt,
        published_at_ms -> BigInt,
        digest -> Text,
        report -> Text,
        laid -> Text,
    }
}

diesel::table! {
    adoption_targets (board_id, market_id, metric, seq) {
        board_id -> BigInt,
        market_id -> BigInt,
        metric -> Text,
        seq -> Integer,
        per_mille -> Nullable<Integer>,
        document -> Text,
        due_day -> Nullable<Integer>,
        set_by -> BigInt,
        set_at_ms -> BigInt,
    }
}

/// Which tables stand in one query, each pair once. Diesel's own list of them all is thousands of
/// implementations, which cost every build twenty seconds. Where the compiler says that a table does
/// not appear in another's FROM clause, their pair is missing here.
macro_rules! in_one_query {
    ($($table:ident: $($other:ident),+;)+) => {
        $($(diesel::allow_tables_to_appear_in_same_query!($table, $other);)+)+
    };
}

in_one_query! {
    occupancies:
        absences, account_links, accounts, boards, codes, consents, neighbourhoods, other_codes,
        receiving_numbers, sections, stalls, vendors, visit_reports, visits;
    accounts:
        account_links, boards, codes, feed_accounts, feeds, receiving_numbers, requests, stalls,
        vendors;
    stalls:
        account_links, codes, neighbourhoods, other_codes, receiving_numbers, sections, vendors,
        visit_reports, visits;
    vendors: codes, neighbourhoods, receiving_numbers, sections, visit_reports, visits;
    account_links: boards, codes, receiving_numbers, vendors;
    boards: board_heads, codes, markets, receiving_numbers;
    transfers: refunds, strays, suspected_pairs, transfer_index, unassigned;
    sighting_conflicts: deliveries, sightings;
    feeds: feed_accounts, feed_polls, refused_deliveries;
    sections: neighbourhoods, visit_reports, visits;
    deliveries: delivery_dismissals, sightings, transfers;
    receiving_numbers: codes, requests, strays;
    visits: visit_reports, visit_rounds;
    api_key_routes: api_keys;
    assignment_proposals: unassigned;
    code_checks: code_scans;
    refunds: transfer_index;
    feed_secrets: phone_devices;
    listeners: stall_links;
    reference_claims: requests;
    cash_plans: cash_counts, cash_draws;
    cash_draws: occupancies, sections, stalls, vendors;
    tallies: occupancies, stalls, tally_presses;
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    tallies::occupancy_id,
    tally_presses::kind
);
