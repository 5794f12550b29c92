# Everything that is done with this source tree; `make` lists it.

BUILD ?= .build
PREFIX ?= /usr/local
DESTDIR ?=

# Debian packages: to build; to run the demonstration; to run the tests besides.
PACKAGES_BUILD := libpcsclite-dev libssl-dev libglib2.0-dev libsystemd-dev zlib1g-dev gettext pkg-config
PACKAGES_DEMO := pcscd util-linux iproute2 systemd
PACKAGES_TEST := opensc openssl ca-certificates python3 yubico-piv-tool yubikey-manager gnupg scdaemon \
    dbus python3-dbusmock python3-dbus python3-gi libglib2.0-bin
PACKAGES_MEMORY := valgrind
PACKAGES = $(PACKAGES_BUILD) $(PACKAGES_DEMO) $(PACKAGES_TEST)

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
.PHONY: help demo test build install lint bench fuzz check-memory po clean packages-build packages-demo packages vpcd share programs

help:
	@echo 'make demo     install what is missing, build, and show a blocked card being unblocked; no hardware needed'
	@echo 'make test     install what is missing, build, and run every test'
	@echo 'make build    release build in $(BUILD)/release'
	@echo 'make install  into DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)'
	@echo 'make lint     check the format of the sources'
	@echo 'make bench    count commands and time, beside other programs on the same software card, and OpenSSL'
	@echo 'make fuzz     feed hostile cards and files, with AddressSanitizer'
	@echo 'make check-memory  look for memory lost or freed twice, with AddressSanitizer and valgrind; about six minutes'
	@echo 'make po       bring the translation files up to date with the sources'
	@echo 'make clean    remove $(BUILD)'
	@echo 'BUILD=FOLDER builds somewhere else.'

demo: packages-demo vpcd build
	$(BUILD)/release/kortvakt demo

test: packages vpcd share
	swift test --scratch-path $(BUILD)

build: packages-build
	@$(MAKE) --no-print-directory programs share

programs:
	$(SWIFT_BUILD) $(RELEASE) --product kortvakt
	$(SWIFT_BUILD) $(RELEASE) --product kortvakt-card

install:
	@test -x $(BUILD)/release/kortvakt || $(MAKE) build
	@$(MAKE) --no-print-directory share
	install -d -m 755 $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/kortvakt
	install -m 755 $(BUILD)/release/kortvakt $(BUILD)/release/kortvakt-card $(DESTDIR)$(PREFIX)/bin
	install -m 644 README.md LICENSE Sources/Configuration/kortvakt.conf.example $(DESTDIR)$(PREFIX)/share/doc/kortvakt
	install -d -m 755 $(DESTDIR)$(PREFIX)/share/kortvakt/cards.d $(DESTDIR)$(PREFIX)/share/kortvakt/software-cards/trust
	install -m 644 $(TEST_TRUST) $(DESTDIR)$(PREFIX)/share/kortvakt/software-cards/trust
	$(if $(CARD_DATA),install -m 644 $(CARD_DATA) $(DESTDIR)$(PREFIX)/share/kortvakt/cards.d)
	$(if $(SOFTWARE_CARDS),install -m 644 $(SOFTWARE_CARDS) $(DESTDIR)$(PREFIX)/share/kortvakt/software-cards)
	for language in $(LANGUAGES); do \
	    folder=$(DESTDIR)$(PREFIX)/share/locale/$$language/LC_MESSAGES; \
	    install -d -m 755 $$folder; \
	    install -m 644 $(SHARE)/locale/$$language/LC_MESSAGES/kortvakt.mo $$folder; \
	done

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests

bench: packages vpcd build
	KORTVAKT_BENCH=1 $(SWIFT_BUILD) $(RELEASE) --product TrustBenchmark
	BUILD=$(BUILD) Tests/tools/bench

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
