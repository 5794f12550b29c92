# Everything that is done with this source tree; `make` lists it.

BUILD ?= .build
PREFIX ?= /usr/local
DESTDIR ?=

# Where the system's own daemons look. systemd's files and the bus's list of services have a place under /usr/local; policies
# of the bus and polkit's files have not (dbus 1.14, polkit 122): what is not a distribution's package goes into /etc, and
# polkit reads actions from one folder alone.
ifeq ($(PREFIX),/usr)
LOCAL = /usr
DBUS_POLICY_DIR ?= /usr/share/dbus-1/system.d
POLKIT_RULES_DIR ?= /usr/share/polkit-1/rules.d
else
LOCAL = /usr/local
DBUS_POLICY_DIR ?= /etc/dbus-1/system.d
POLKIT_RULES_DIR ?= /etc/polkit-1/rules.d
endif
UNIT_DIR ?= $(LOCAL)/lib/systemd/system
SYSUSERS_DIR ?= $(LOCAL)/lib/sysusers.d
TMPFILES_DIR ?= $(LOCAL)/lib/tmpfiles.d
DBUS_SERVICES_DIR ?= $(LOCAL)/share/dbus-1/system-services
POLKIT_ACTIONS_DIR ?= /usr/share/polkit-1/actions

# Debian packages: to build, and curl, which the programs run; to run the demonstration; to run the tests besides.
PACKAGES_BUILD := libpcsclite-dev libssl-dev libglib2.0-dev libsystemd-dev zlib1g-dev gettext pkg-config curl
PACKAGES_DEMO := pcscd util-linux iproute2 systemd
PACKAGES_TEST := opensc openssl ca-certificates python3 yubico-piv-tool yubikey-manager gnupg scdaemon \
    dbus python3-dbusmock python3-dbus python3-gi libglib2.0-bin
PACKAGES_MEMORY := valgrind
# To boot a machine with a real locker on its screen, in which the daemon is tried.
PACKAGES_BOX := systemd-container dbus polkitd libpam-systemd xvfb xss-lock i3lock
PACKAGES = $(PACKAGES_BUILD) $(PACKAGES_DEMO) $(PACKAGES_TEST) $(PACKAGES_BOX)

LANGUAGES := sv nb nn
SWIFT_BUILD = swift build --scratch-path $(BUILD)
RELEASE := -c release --static-swift-stdlib -Xlinker -s
# Beside both debug/ and release/, so that the programs find it as ../share.
SHARE = $(BUILD)/$(shell uname -m)-unknown-linux-gnu/share
CATALOGUES = $(LANGUAGES:%=$(SHARE)/locale/%/LC_MESSAGES/kortvakt.mo)
SOFTWARE_CARDS = $(wildcard Fixtures/cards/*.json)
# What the software cards' certificates are verified with.
TEST_TRUST = Fixtures/pki/certificates/root.der Fixtures/pki/certificates/issuer.der
CARD_DATA = $(wildcard Sources/CardApplications/Data/*.conf)

# Two package managers at once would wait for each other's lock.
.NOTPARALLEL:
.PHONY: help demo test build install install-tool install-daemon lock-rows lock-story lock-bench lock-table lint bench fuzz check-memory po clean packages-build packages-demo packages vpcd share programs

help:
	@echo 'make demo     install what is missing, build, and show a blocked card being unblocked; no hardware needed'
	@echo 'make test     install what is missing, build, and run every test'
	@echo 'make build    release build in $(BUILD)/release'
	@echo 'make install  into DESTDIR=$(DESTDIR) PREFIX=$(PREFIX); install-tool leaves the daemon out'
	@echo 'make lock-story   a card is pulled on a machine booted for it, and the right session locks; needs root'
	@echo 'make lock-rows    everything that can happen to a guarded session, likewise'
	@echo 'make lint     check the format of the sources'
	@echo 'make bench    count commands and time, beside other programs on the same software card, and OpenSSL'
	@echo 'make lock-bench   how fast and how steadily the daemon locks, beside other programs; needs root (part of bench)'
	@echo 'make lock-table   what other programs do in the same cases'
	@echo 'make fuzz     feed hostile cards and files, with AddressSanitizer'
	@echo 'make check-memory  look for memory lost or freed twice, with AddressSanitizer and valgrind; about six minutes'
	@echo 'make po       bring the translation files up to date with the sources'
	@echo 'make clean    remove $(BUILD)'
	@echo 'BUILD=FOLDER builds somewhere else.'

demo: packages-demo vpcd build
	$(BUILD)/release/kortvakt demo

test: packages vpcd share
	swift test --scratch-path $(BUILD)
	@$(MAKE) --no-print-directory lock-rows

build: packages-build
	@$(MAKE) --no-print-directory programs share

programs:
	$(SWIFT_BUILD) $(RELEASE) --product kortvakt
	$(SWIFT_BUILD) $(RELEASE) --product kortvakt-card
	$(SWIFT_BUILD) $(RELEASE) --product kortvaktd

install: install-tool install-daemon

install-tool:
	@test -x $(BUILD)/release/kortvakt || $(MAKE) build
	@$(MAKE) --no-print-directory share
	install -d -m 755 $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/kortvakt
	install -m 755 $(BUILD)/release/kortvakt $(BUILD)/release/kortvakt-card $(DESTDIR)$(PREFIX)/bin
	install -m 644 README.md LICENSE Sources/Configuration/*.example $(DESTDIR)$(PREFIX)/share/doc/kortvakt
	install -d -m 755 $(DESTDIR)$(PREFIX)/share/kortvakt/cards.d $(DESTDIR)$(PREFIX)/share/kortvakt/software-cards/trust
	install -m 644 $(TEST_TRUST) $(DESTDIR)$(PREFIX)/share/kortvakt/software-cards/trust
	$(if $(CARD_DATA),install -m 644 $(CARD_DATA) $(DESTDIR)$(PREFIX)/share/kortvakt/cards.d)
	$(if $(SOFTWARE_CARDS),install -m 644 $(SOFTWARE_CARDS) $(DESTDIR)$(PREFIX)/share/kortvakt/software-cards)
	for language in $(LANGUAGES); do \
	    folder=$(DESTDIR)$(PREFIX)/share/locale/$$language/LC_MESSAGES; \
	    install -d -m 755 $$folder; \
	    install -m 644 $(SHARE)/locale/$$language/LC_MESSAGES/kortvakt.mo $$folder; \
	done

# Existing folders keep their modes: polkit's rules are closed to others on Debian.
install-daemon:
	@test -x $(BUILD)/release/kortvaktd || $(MAKE) build
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/sbin $(BUILD)/release/kortvaktd
	install -d -m 755 $(DESTDIR)$(UNIT_DIR)
	sed 's|/usr/local/|$(PREFIX)/|' systemd/kortvaktd.service >$(DESTDIR)$(UNIT_DIR)/kortvaktd.service
	chmod 644 $(DESTDIR)$(UNIT_DIR)/kortvaktd.service
	install -D -m 644 systemd/kortvakt.sysusers $(DESTDIR)$(SYSUSERS_DIR)/kortvakt.conf
	install -D -m 644 systemd/kortvakt.tmpfiles $(DESTDIR)$(TMPFILES_DIR)/kortvakt.conf
	install -D -m 644 -t $(DESTDIR)$(DBUS_SERVICES_DIR) systemd/org.kortvakt.Kortvakt1.service
	install -D -m 644 -t $(DESTDIR)$(DBUS_POLICY_DIR) systemd/org.kortvakt.Kortvakt1.conf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/dbus-1/interfaces systemd/org.kortvakt.Kortvakt1.xml
	install -D -m 644 -t $(DESTDIR)$(POLKIT_ACTIONS_DIR) systemd/org.kortvakt.Kortvakt1.policy
	install -D -m 644 -t $(DESTDIR)$(POLKIT_RULES_DIR) systemd/50-kortvakt.rules
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/kortvakt systemd/*.example
	@$(if $(DESTDIR),,echo 'To start the daemon: systemd-sysusers && systemd-tmpfiles --create kortvakt.conf \
	    && systemctl daemon-reload && systemctl enable --now kortvaktd')

# What is installed is what is tried: release builds. 77 is for machines on which no other can be booted.
lock-rows: packages vpcd build
	BUILD=$(BUILD) Tests/tools/lock-rows || test $$? = 77

lock-story: packages vpcd build
	@BUILD=$(BUILD) Tests/tools/lock-rows --story || test $$? = 77

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests

bench: packages vpcd build
	KORTVAKT_BENCH=1 $(SWIFT_BUILD) $(RELEASE) --product TrustBenchmark
	BUILD=$(BUILD) Tests/tools/bench
	@$(MAKE) --no-print-directory lock-bench

# Twenty minutes, most of them spent waiting.
lock-bench: packages vpcd build
	@Tests/tools/fetch-peers $(BUILD)/peers
	BUILD=$(BUILD) Tests/tools/lock-bench || test $$? = 77

lock-table: packages vpcd build
	@Tests/tools/fetch-peers $(BUILD)/peers
	BUILD=$(BUILD) Tests/tools/lock-table || test $$? = 77

fuzz: packages
	BUILD=$(BUILD) Tests/tools/fuzz

check-memory: packages
	@Tests/tools/install-packages $(if $(PACKAGES),$(PACKAGES_MEMORY))
	BUILD=$(BUILD) Tests/tools/check-memory

po: packages-build
	Tests/tools/translations update

clean:
	rm -rf $(BUILD) $(BUILD)-fuzz $(BUILD)-asan

packages-build:
	@Tests/tools/install-packages $(if $(PACKAGES),$(PACKAGES_BUILD))

packages-demo:
	@Tests/tools/install-packages $(if $(PACKAGES),$(PACKAGES_BUILD) $(PACKAGES_DEMO))

packages:
	@Tests/tools/install-packages $(PACKAGES)

vpcd: packages-build
	@Tests/tools/fetch-vpcd $(BUILD)/vpcd

# Data files that others may write to are refused by the program: the modes are set, whatever the umask.
share: packages-build $(CATALOGUES)
	@install -d -m 755 $(SHARE)/kortvakt $(SHARE)/kortvakt/cards.d $(SHARE)/kortvakt/software-cards $(SHARE)/kortvakt/software-cards/trust
	@install -m 644 $(TEST_TRUST) $(SHARE)/kortvakt/software-cards/trust
	@$(if $(CARD_DATA),install -m 644 $(CARD_DATA) $(SHARE)/kortvakt/cards.d)
	@$(if $(SOFTWARE_CARDS),install -m 644 $(SOFTWARE_CARDS) $(SHARE)/kortvakt/software-cards)

$(SHARE)/locale/%/LC_MESSAGES/kortvakt.mo: Sources/Texts/po/%.po | packages-build
	@install -d -m 755 $(@D)
	msgfmt --check --output-file $@ $<
