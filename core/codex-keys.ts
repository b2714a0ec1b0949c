/** Keys of Codex's config.toml that tcx reads past. They stand here so that `--strict-config` finds slips of the pen in a file that both read. */

const words = (text: string) => text.trim().split(/\s+/);
const within = (table: string, names: string) => words(names).map((name) => `${table}.${name}`);

/** Dotted; below each, anything goes. `<…>` stands for a name the user gives. */
export const codexKeys: readonly string[] = [
  ...words(`
    review_model oss_provider model_auto_compact_token_limit model_auto_compact_token_limit_scope
    model_post_turn_compact_threshold_percent plan_mode_reasoning_effort model_catalog_json service_tier instructions
    compact_prompt experimental_compact_prompt_file personality include_permissions_instructions
    include_apps_instructions include_collaboration_mode_instructions include_environment_context
    include_environment_context_time responses_api_metadata chatgpt_base_url model_supports_reasoning_summaries
    approvals_reviewer auto_review default_permissions permissions windows web_search thread_unload_delay_secs agents
    features memories goals skills tool_suggest plugins marketplaces apps apps_mcp_product_sku mcp_servers
    mcp_oauth_credentials_store mcp_oauth_callback_port mcp_oauth_callback_url mcp_optional_startup_grace_ms
    mcp_enterprise_managed_auth cli_auth_credentials_store forced_login_method forced_chatgpt_workspace_id
    check_for_update_on_startup suppress_unstable_features_warning analytics feedback otel
    sqlite_home log_dir notice hooks desktop audio realtime experimental_realtime_ws_base_url browser_use computer_use
    orchestrator cloud experimental_thread_store js_repl_node_path js_repl_node_module_dirs ghost_snapshot
    experimental_use_unified_exec_tool allow_symlinked_codex_home profile profiles`),
  ...within(
    'model_providers.<id>',
    `aws gateway_oauth websocket_connect_timeout_ms supports_websockets supports_standalone_web_search
    model_catalog_url capabilities`,
  ),
  ...within('shell_environment_policy', 'experimental_use_profile'),
  ...within('tools', 'web_search experimental_request_user_input client_search_provider view_image'),
  ...within(
    'tui',
    `fullscreen_transcript effects rendering notifications notification_method notification_condition show_tooltips
    show_server_version_notice auto_recap status_line status_line_use_colors terminal_title theme question_esc_back raw_output_mode collapse_turn_details sidebar_width_percent
    mouse_scroll_speed copy_on_select copy_on_select_clear_selection right_click_paste session_picker_view
    agents_overview_grouping resume_cwd presets default_hosts pet pet_anchor terminal_resize_reflow_max_rows
    model_availability_nux screen_reader_detection_done`,
  ),
];
