# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
#
# Read by tests/vm/vm: how the machine is started, watched and ended.

run='' qemu='' tails=() status='' timeout=600 memory=2048 cpus=2 keep='' force='' tty=''

# What runs beside this shell is killed with it, even by a SIGKILL.
bound="setpriv --pdeathsig KILL"

# What ends a run, however it ends. Only what this run started is ended.
finish() {
	local rc=$?
	trap - EXIT INT TERM HUP
	[[ -z $qemu ]] || { kill -KILL "$qemu" && wait "$qemu"; } 2>/dev/null || :
	[[ -z ${tails[*]} ]] || kill "${tails[@]}" 2>/dev/null || :
	[[ -z $tty ]] || stty "$tty" </dev/tty || :
	run_remove
	exit $rc
}

run_remove() {
	[[ -z $run ]] || if [[ $keep ]]; then say "kept: $run"; else rm -rf "$run"; fi
	run=
}

boot_prepare() {
	local d
	# Folders that a killed vm left; a live one holds its lock.
	for d in "$cache"/run.*; do
		[[ ! -e $d/lock ]] || flock -n "$d/lock" rm -rf "$d" || :
	done
	# (It gets the name that the line above looks for once it's locked.)
	run=$(mktemp -d "$cache/new.XXXXXX")
	exec {run_lock}>"$run/lock"
	flock "$run_lock"
	mv "$run" "$cache/${keep:+kept-}run.${run##*.}"
	run=$cache/${keep:+kept-}run.${run##*.}
	mkfifo "$run"/{ctl,mon}.{in,out}
	: >"$run/stdout"
	: >"$run/stderr"
	drive='' disks=() status=''
	serial=file:$run/console.log
	input=null
}

# boot IMAGE QEMU-ARGS...: starts qemu with the devices that every boot has.
# The same list in the same order is what lets a saved state be loaded.
boot() {
	local img=$1 args=() i
	shift
	[[ $drive ]] || drive=file=$img/disk,format=raw,cache=unsafe,snapshot=on
	for ((i = 0; i < slots; i++)); do
		if [[ ${disks[i]:-} ]]; then
			args+=(-drive "if=none,id=slot$i,file=${disks[i]},format=raw,cache=unsafe")
		else
			args+=(-drive "if=none,id=slot$i,driver=null-co,size=$slot_size,read-zeroes=on")
		fi
		args+=(-device "virtio-blk-pci,drive=slot$i,logical_block_size=512,physical_block_size=512")
	done
	booted=$EPOCHREALTIME
	TMPDIR=$run $bound qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
		-accel tcg,thread=multi -cpu max,-erms,-fsrm -smp "$cpus" \
		-kernel "$img/vmlinuz" -initrd "$img/initrd" \
		-append "$(words kernel-args) ${VM_APPEND:-}" \
		-drive "if=none,id=root,$drive" -device virtio-blk-pci,drive=root \
		"${args[@]}" \
		-device virtio-serial-pci,max_ports=8,ioeventfd=off \
		-chardev "pipe,id=ctl,path=$run/ctl" -device virtserialport,nr=1,chardev=ctl \
		-chardev "file,id=stdout,path=$run/stdout" -device virtserialport,nr=2,chardev=stdout \
		-chardev "file,id=stderr,path=$run/stderr" -device virtserialport,nr=3,chardev=stderr \
		-chardev "$input,id=in" -device virtserialport,nr=4,chardev=in \
		-chardev "file,id=out,path=$run/out.tar" -device virtserialport,nr=5,chardev=out \
		-chardev "pipe,id=mon,path=$run/mon" -mon chardev=mon,mode=readline \
		-serial "$serial" "$@" 2>"$run/qemu.log" <&0 &
	qemu=$!
	exec {ctl_in}<>"$run/ctl.in" {ctl_out}<>"$run/ctl.out" {mon_in}<>"$run/mon.in" {mon_out}<>"$run/mon.out"
}

boot_cold() { # IMAGE QEMU-ARG...
	local img=$1
	shift
	boot "$img" -machine q35 -m "$memory" "$@"
}

# The RAM of a saved machine is a file. The one that saves writes through to
# it; those that start from it map it privately and share what they don't write.
boot_ram() { # WARM-DIR SHARE QEMU-ARG...
	local w=$1 share=$2
	shift 2
	boot "$img" -machine q35,memory-backend=ram -m "$memory" \
		-object "memory-backend-file,id=ram,size=${memory}M,mem-path=$w/ram,share=$share" "$@"
}

# Boots once and saves the machine as it waits for its job.
warm_save() {
	local w=$1 line state='' t=$EPOCHREALTIME
	rm -rf "$w.new"
	mkdir "$w.new"
	cp --sparse=always "$img/disk" "$w.new/disk"
	boot_prepare
	drive=file=$w.new/disk,format=raw,cache=unsafe
	boot_ram "$w.new" on
	job_send <"$files/warm-up"
	while IFS= read -r -t 180 -u "$ctl_out" line; do
		[[ $line != warm ]] || break
	done
	[[ $line = warm ]] || died "the machine to be saved did not boot"
	sleep 1
	monitor "migrate_set_capability x-ignore-shared on"
	monitor "migrate \"exec:cat >$w.new/state\""
	monitor "info migrate"
	while [[ ! $state ]] && IFS= read -r -t 30 -u "$mon_out" line; do
		case $line in
		*"Migration status: completed"*) state=ok ;;
		*"Migration status: "* | *Error*) state=bad ;;
		esac
	done
	[[ $state = ok ]] || died "the machine could not be saved: ${line:-}"
	boot_end
	run_remove
	rm -rf "$w"
	mv "$w.new" "$w"
	say "machine of $memory MiB and $cpus CPUs saved in $(seconds "$t" "$EPOCHREALTIME") s," \
		"$(du -sm "$w" | cut -f1) MiB"
}

warm_ready() {
	local w=$img/warm-$memory-$cpus
	if [[ ! -e $w/state ]]; then
		exec {lock}>"$cache/lock"
		flock "$lock"
		[[ -e $w/state ]] || (run='' && trap finish EXIT && warm_save "$w")
		exec {lock}>&-
	fi
}

boot_warm() { # QEMU-ARG...
	local w=$img/warm-$memory-$cpus
	warm_ready
	drive=file=$w/disk,format=raw,cache=unsafe,snapshot=on
	boot_ram "$w" off -incoming defer "$@"
	monitor "migrate_set_capability x-ignore-shared on"
	monitor "migrate_incoming \"exec:cat $w/state\""
}

monitor() { printf '%s\n' "$*" >&"$mon_in"; }

# job_send <SCRIPT: gives the machine its job.
job_send() {
	local LC_ALL=C job # (C: its length in bytes)
	job=$(cat)
	printf '%s\n%s' ${#job} "$job" >&"$ctl_in"
}

# Waits until the job has ended or the time is up; sets status (empty: failed).
boot_wait() {
	local part line='' dead='' end=$((SECONDS + timeout))
	while :; do
		if IFS= read -r -t .5 -u "$ctl_out" part; then
			line+=$part
			case $line in
			ready\ *) say "booted in $(seconds "$booted" "$EPOCHREALTIME") s (guest uptime ${line#* } s)" ;;
			start) say "command started $(seconds "$booted" "$EPOCHREALTIME") s after power-on, $(seconds "$t_start" "$EPOCHREALTIME") s after vm" ;;
			exit\ *)
				status=${line#* }
				return
				;;
			esac
			line=
		elif [[ $dead ]]; then
			return 0
		else
			line+=$part # (the time may be up in the middle of a line)
			if ! kill -0 "$qemu" 2>/dev/null; then
				dead=1 # what it wrote is still to be read
			elif ((timeout && SECONDS >= end)); then
				status=124
				return
			fi
		fi
	done
}

boot_end() {
	if [[ $status = 124 ]]; then kill -KILL "$qemu"; else monitor quit; fi
	wait "$qemu" 2>/dev/null || :
	qemu=
	[[ -z ${tails[*]} ]] || wait "${tails[@]}" || :
	tails=()
	exec {ctl_in}>&- {ctl_out}>&- {mon_in}>&- {mon_out}>&- {run_lock}>&-
}
