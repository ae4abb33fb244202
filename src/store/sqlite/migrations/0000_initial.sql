CREATE TABLE `actions` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`instance` integer NOT NULL,
	`type` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`traceparent` text,
	`seal` integer NOT NULL,
	`params` text NOT NULL,
	`seen` text,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `actions_instance` ON `actions` (`instance`);--> statement-breakpoint
CREATE TABLE `answers` (
	`instance` integer NOT NULL,
	`event_id` text NOT NULL,
	`fingerprint` text NOT NULL,
	`seal` integer NOT NULL,
	`answer` text NOT NULL,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `answers_event` ON `answers` (`instance`,`event_id`);--> statement-breakpoint
CREATE TABLE `attributes` (
	`instance` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`name` text NOT NULL,
	`value` text NOT NULL,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `attributes_value` ON `attributes` (`name`,`value`,`created_at_ms`,`instance`);--> statement-breakpoint
CREATE UNIQUE INDEX `attributes_name` ON `attributes` (`instance`,`name`);--> statement-breakpoint
CREATE TABLE `children` (
	`key` integer PRIMARY KEY NOT NULL,
	`instance` integer NOT NULL,
	`child_id` text NOT NULL,
	`generation` integer NOT NULL,
	`kind` text NOT NULL,
	`src` text NOT NULL,
	`instance_id` text,
	`system_id` text,
	`root` text,
	`reports_snapshots` integer NOT NULL,
	`seal` integer NOT NULL,
	`input` text NOT NULL,
	`state` text,
	`state_seal` integer,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `children_live` ON `children` (`key`) WHERE "kind" = 'live';--> statement-breakpoint
CREATE INDEX `children_system` ON `children` (`root`,`system_id`) WHERE "system_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `children_name` ON `children` (`instance`,`child_id`,`generation`);--> statement-breakpoint
CREATE TABLE `instances` (
	`key` integer PRIMARY KEY NOT NULL,
	`saga` text NOT NULL,
	`instance_id` text NOT NULL,
	`version` integer NOT NULL,
	`revision` integer NOT NULL,
	`place` integer NOT NULL,
	`phase` text NOT NULL,
	`state` text NOT NULL,
	`tags` text NOT NULL,
	`fault` text,
	`suspended` text,
	`quarantined` text,
	`limited` text,
	`correlation_id` text NOT NULL,
	`traceparent` text,
	`parent` text,
	`attributes` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`head` text NOT NULL,
	`seal` integer NOT NULL,
	`snapshot` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `instances_started` ON `instances` (`created_at_ms`);--> statement-breakpoint
CREATE INDEX `instances_place` ON `instances` (`place`,`created_at_ms`);--> statement-breakpoint
CREATE INDEX `instances_suspended` ON `instances` (`created_at_ms`) WHERE "suspended" is not null;--> statement-breakpoint
CREATE INDEX `instances_quarantined` ON `instances` (`created_at_ms`) WHERE "quarantined" is not null;--> statement-breakpoint
CREATE INDEX `instances_limited` ON `instances` (`key`) WHERE "limited" is not null;--> statement-breakpoint
CREATE INDEX `instances_ended` ON `instances` (`updated_at_ms`) WHERE "parent" is null and ("phase" = 'completed' or "phase" = 'compensated' or "phase" = 'failed' or "phase" = 'stopped');--> statement-breakpoint
CREATE INDEX `instances_root` ON `instances` (case when json_valid("parent") then "parent" ->> '$.root' end) WHERE "parent" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `instances_name` ON `instances` (`saga`,`instance_id`);--> statement-breakpoint
CREATE TABLE `journal` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`instance` integer NOT NULL,
	`revision` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`source` text NOT NULL,
	`event_type` text NOT NULL,
	`event_id` text,
	`traceparent` text,
	`state_before` text,
	`state_after` text NOT NULL,
	`phase` text NOT NULL,
	`verdict` text NOT NULL,
	`operation` text,
	`sender` text,
	`hash` text NOT NULL,
	`event` text NOT NULL,
	`effects` text NOT NULL,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `journal_revision` ON `journal` (`instance`,`revision`);--> statement-breakpoint
CREATE TABLE `leavings` (
	`instance` integer PRIMARY KEY NOT NULL,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`to_saga` text NOT NULL,
	`to_instance_id` text NOT NULL,
	`from_saga` text NOT NULL,
	`from_instance_id` text NOT NULL,
	`kind` text NOT NULL,
	`child_id` text,
	`generation` integer,
	`traceparent` text,
	`seal` integer NOT NULL,
	`event` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `messages_to` ON `messages` (`to_saga`,`to_instance_id`);--> statement-breakpoint
CREATE TABLE `meta` (
	`id` integer PRIMARY KEY NOT NULL,
	`store_id` text NOT NULL,
	`epoch` integer NOT NULL,
	CONSTRAINT "meta_single_row" CHECK("meta"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`key` integer PRIMARY KEY NOT NULL,
	`instance` integer NOT NULL,
	`activity_id` text NOT NULL,
	`generation` integer NOT NULL,
	`src` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`traceparent` text,
	`attempt` integer NOT NULL,
	`status` text NOT NULL,
	`lease_until_ms` integer,
	`owner` integer,
	`lost_until_ms` integer,
	`lease_seal` integer GENERATED ALWAYS AS (3 * ifnull("lease_until_ms", -1) + 5 * ifnull("owner", -1) + 7 * ifnull("lost_until_ms", -1)) STORED NOT NULL,
	`seal` integer NOT NULL,
	`input` text NOT NULL,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `outbox_claim` ON `outbox` (`owner`,`lease_until_ms`) WHERE "status" = 'live';--> statement-breakpoint
CREATE INDEX `outbox_abandoned` ON `outbox` (case when "lease_until_ms" is null or "lost_until_ms" > "lease_until_ms" then "lost_until_ms" else "lease_until_ms" end) WHERE "status" = 'abandoned';--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_name` ON `outbox` (`instance`,`activity_id`,`generation`);--> statement-breakpoint
CREATE TABLE `parked` (
	`instance` integer NOT NULL,
	`sequence` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`event_id` text,
	`traceparent` text,
	`seal` integer NOT NULL,
	`event` text NOT NULL,
	PRIMARY KEY(`instance`, `sequence`),
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `places` (
	`key` integer PRIMARY KEY NOT NULL,
	`saga` text NOT NULL,
	`version` integer NOT NULL,
	`phase` text NOT NULL,
	`state` text NOT NULL,
	`tags` text NOT NULL,
	`instances` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `places_name` ON `places` (`saga`,`version`,`phase`,`state`,`tags`);--> statement-breakpoint
CREATE TABLE `schedules` (
	`key` integer PRIMARY KEY NOT NULL,
	`saga` text NOT NULL,
	`schedule_id` text NOT NULL,
	`revision` integer NOT NULL,
	`is_paused` integer NOT NULL,
	`next_due_at_ms` integer,
	`last_due_at_ms` integer,
	`last_outcome` text,
	`last_instance_id` text,
	`last_error` text,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`seal` integer NOT NULL,
	`definition` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `schedules_due` ON `schedules` (`next_due_at_ms`) WHERE "next_due_at_ms" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `schedules_name` ON `schedules` (`saga`,`schedule_id`);--> statement-breakpoint
CREATE TABLE `timers` (
	`key` integer PRIMARY KEY NOT NULL,
	`instance` integer NOT NULL,
	`timer_id` text NOT NULL,
	`send_id` text,
	`due_at_ms` integer NOT NULL,
	`send_to` text,
	`seal` integer NOT NULL,
	`event` text NOT NULL,
	FOREIGN KEY (`instance`) REFERENCES `instances`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `timers_due` ON `timers` (`due_at_ms`);--> statement-breakpoint
CREATE UNIQUE INDEX `timers_name` ON `timers` (`instance`,`timer_id`);